"""Entities of a Jira site, as immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connect_jwt.identity import ClientKey, SharedSecret
from connect_tools.descriptor import Descriptor

type Json = Any
"""Any value that `json.loads` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or the user that an app acts as (`account_type` "app")."""

    account_id: str
    display_name: str
    account_type: str = "atlassian"
    is_admin: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project; its key begins those of its issues. A `restricted` one is for administrators and apps."""

    id: str
    key: str
    name: str
    restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; `body` is an Atlassian Document."""

    id: str
    author: User
    body: Json
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue; `fields` holds what was set, the rest is rendered from its defaults."""

    id: str
    key: str
    project: Project
    creator: User
    created: datetime
    updated: datetime
    fields: Mapping[str, Json]
    comments: tuple[Comment, ...] = ()
    properties: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An app on this site. It stays known when it is uninstalled.

    Attributes:
        installed: True if it is still installed
        enabled: True if it is installed and not disabled: it may call, and is sent webhooks
        pending_secret: sent to the app, which may already sign with it
        earlier_secrets: previous ones, newest first
        installation_id: Forge's, when Forge delivers it
    """

    descriptor: Descriptor
    descriptor_url: str
    client_key: ClientKey
    shared_secret: SharedSecret
    pending_secret: SharedSecret | None = None
    earlier_secrets: tuple[SharedSecret, ...] = ()
    app_user: User
    installed: bool
    enabled: bool
    installed_at: datetime
    installation_id: str | None = None

    @property
    def secrets(self) -> tuple[SharedSecret, ...]:
        """Secrets that the app may sign with now."""
        return (self.shared_secret, self.pending_secret) if self.pending_secret else (self.shared_secret,)
