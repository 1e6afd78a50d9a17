"""A webhook, as it is passed on.

Jira does not retry a refused webhook, so an unreadable body must not lose the event: after the proof, every
body is accepted, at least as text.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl

from connect_jira.errors import MessageUnreadable, PayloadRefused
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import ClientKey

_MILLISECONDS = re.compile(r"[0-9]{1,15}", re.ASCII)

_MERGED, _DELETED = "jira:version_merged", "jira:version_deleted"
_NOT_TOLD = ""


def timestamp_of(payload: Mapping[str, Any]) -> int | None:
    """Return the time of an event, in Unix milliseconds: a number from Jira, text from Forge."""
    said = str(payload.get("timestamp"))
    return int(said) if _MILLISECONDS.fullmatch(said) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """The change that a message is about.

    Attributes:
        told_by: `connect` or `forge`
        thing: the id of the changed thing, such as an issue's
        at_ms: its time, in Unix milliseconds
        is_timed: True if that is the time of the change; False if it is the time of sending
    """

    told_by: str
    thing: str
    at_ms: int
    is_timed: bool = True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
        return cls(
            told_by=fields["toldBy"],
            thing=fields["thing"],
            at_ms=fields["atMs"],
            is_timed=fields["isTimed"],
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {
            "toldBy": self.told_by,
            "thing": self.thing,
            "atMs": self.at_ms,
            "isTimed": self.is_timed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One event from Jira, of a site whose identity is proved.

    Attributes:
        client_key: the site
        event: such as `jira:issue_created`
        webhook_id: Jira's identifier of this event, the same on each delivery; None if Jira gave none
        signed_query: the parameters of the webhook's URL, such as `{"issue": ["DEMO-1"]}` for
            `/webhooks/…?issue={issue.key}`: proved, as the event is. The values of one parameter are sorted,
            since their order is not
        payload: of the body, which no token covers; empty if it cannot be parsed
        unread: the body as text, if it cannot be parsed as a JSON object; else None
        occurrence: match key of its change, if its identifier does not suffice
    """

    client_key: ClientKey
    event: str
    webhook_id: str | None
    signed_query: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    payload: Mapping[str, Any] = field(repr=False)
    unread: str | None = field(default=None, repr=False)
    occurrence: Occurrence | None = None

    @property
    def timestamp(self) -> int | None:
        """Time of the event, in Unix milliseconds; None if it is not given."""
        return timestamp_of(self.payload)

    @classmethod
    def from_request(
        cls, request: GatewayRequest, client_key: ClientKey, events: Mapping[str, list[str]]
    ) -> Self:
        """Read a request whose token was verified.

        The token covers the path, not the body. So the path decides the event, unless the descriptor sends
        several events there. Any body is accepted.

        Args:
            request: as received
            client_key: proved by its token
            events: the events that the descriptor sends to each path

        Raises:
            PayloadRefused: the descriptor sends no event to this path
        """
        expected = events.get(request.path)
        if not expected:
            raise PayloadRefused("event-mismatch", "the descriptor sends no webhook to this path")
        payload, unread = read_payload(request.body)
        return cls(
            client_key=client_key,
            event=_event_of(payload, expected),
            webhook_id=request.headers.get("x-atlassian-webhook-identifier"),
            signed_query=_signed_query(request.query),
            payload=payload,
            unread=unread,
        )

    @property
    def identifier(self) -> str | None:
        """The identifier of its change."""
        return self.webhook_id

    @property
    def reported_on(self) -> str:
        """The key of its record of occurrences."""
        return f"{self.client_key} {self.event} {self.occurrence.thing if self.occurrence else ''}"

    def identified(self, identifier: str) -> Self:
        """Return it with another identifier."""
        return replace(self, webhook_id=identifier)

    @property
    def work_id(self) -> str | None:
        """Idempotency key of the work; None if Jira gave no identifier."""
        return self.webhook_id and f"webhook {self.client_key} {self.event} {self.webhook_id}"

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote.

        Raises:
            MessageUnreadable: the event's name is missing, so somebody has to look
        """
        if fields["event"] == _NOT_TOLD:
            raise MessageUnreadable(
                "the descriptor sends several events to this webhook's path, and its body names none of them"
            )
        return cls(
            client_key=ClientKey(fields["clientKey"]),
            event=fields["event"],
            webhook_id=fields["webhookId"],
            signed_query=fields.get("signedQuery", {}),
            payload=fields["payload"],
            unread=fields.get("unread"),
            occurrence=Occurrence.from_fields(fields["occurrence"]) if fields.get("occurrence") else None,
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of its message."""
        return {
            "clientKey": self.client_key,
            "event": self.event,
            "webhookId": self.webhook_id,
            "signedQuery": self.signed_query,
            "payload": self.payload,
            "unread": self.unread,
            "occurrence": self.occurrence and self.occurrence.to_fields(),
        }


def _event_of(payload: Mapping[str, Any], expected: list[str]) -> str:
    if len(expected) == 1:
        return expected[0]
    said = payload.get("webhookEvent")
    return next((name for name in (said, _other_name(said, payload)) if name in expected), _NOT_TOLD)


def _other_name(event: object, payload: Mapping[str, Any]) -> str | None:
    """Return the event's other name: a merged version is "deleted" in one place and "merged" in another."""
    if event == _MERGED:
        return _DELETED
    version = payload.get("version")
    is_merged = "mergedTo" in payload or (isinstance(version, dict) and "mergedTo" in version)
    return _MERGED if event == _DELETED and is_merged else None


def _signed_query(query: str) -> dict[str, list[str]]:
    """Return the parameters that the token's hash covers: all but the token itself and unnamed ones."""
    parameters: dict[str, list[str]] = {}
    for name, value in sorted(parse_qsl(query, keep_blank_values=True)):
        if name not in {"", "jwt"}:
            parameters.setdefault(name, []).append(value)
    return parameters


_DEEPEST = 500
"""Maximum nesting depth; readers of the queue have to handle it, too."""


def read_payload(body: bytes) -> tuple[dict[str, Any], str | None]:
    """Return the JSON object in a body, and None; or an empty object, and the body as text.

    An empty body is an empty object: the descriptor can ask for it by `excludeBody`. A number that Python
    refuses, such as an integer of 5,000 digits, stays text.
    """
    if not body:
        return {}, None
    try:
        payload = json.loads(body, parse_int=_integer, parse_float=_float, parse_constant=_no_json)
    except (ValueError, RecursionError):
        payload = None
    if isinstance(payload, dict) and _is_shallow(payload):
        return payload, None
    return {}, body.decode(errors="replace")


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_shallow(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [member for each in level for member in _members(each)]
        if not level:
            return True
    return False


def _members(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
