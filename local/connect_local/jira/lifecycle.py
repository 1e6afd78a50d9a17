"""Installing, reinstalling, disabling, enabling and uninstalling apps, and telling them so.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle
"""

import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import cycle
from threading import Lock

from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_local.jira.apps import Answer, AppClient, AppUnreachable, url_of
from connect_local.jira.entities import Installation, Json, User
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.install_key import InstallKey
from connect_local.jira.site import Site
from connect_local.jira.tokens import install_token, site_token
from connect_tools.descriptor import Descriptor

_ACCEPTED = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
_SIGNED_BY_ATLASSIAN = {"installed", "uninstalled"}
_SECRET_BYTES = 48
_SECOND = timedelta(seconds=1)
_HEADERS = {"User-Agent": "Atlassian HttpClient (laptop)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleResult:
    """Outcome of a command.

    Attributes:
        key: the app's key; None when not even its descriptor could be had
        client_key: the site's identity for the app
        installed: True if the app took this installation; when it refused to be installed again, it stays
            installed as it was
        answers: the app's answer to each lifecycle event that it was told of, the decisive one first
    """

    key: AppKey | None
    client_key: ClientKey | None
    installed: bool
    answers: dict[str, Answer]

    @property
    def decisive(self) -> Answer:
        """The answer that the command turned on; without a status when the app did not want to be told."""
        return next(iter(self.answers.values()), Answer(None))


class Lifecycle:
    """Carries the lifecycle commands out."""

    def __init__(self, *, site: Site, apps: AppClient, install_key: InstallKey) -> None:
        self._site = site
        self._apps = apps
        self._install_key = install_key
        self._lock = Lock()
        self._last_install: dict[AppKey, datetime] = {}
        self._names_installation = cycle((False, True))

    def install(self, descriptor_url: str) -> LifecycleResult:
        """Install the app with this descriptor, or install it again with a new secret.

        Raises:
            NotCarriedOut: Jira would not install it
        """
        try:
            descriptor = self._apps.fetch_descriptor(descriptor_url)
        except AppUnreachable as unreachable:
            answers = {"installed": Answer(None, str(unreachable))}
            return LifecycleResult(key=None, client_key=None, installed=False, answers=answers)
        return self._install(descriptor, descriptor_url)

    def reinstall(self, descriptor_url: str) -> LifecycleResult:
        """Install an app again, with its descriptor as it is now and a new secret.

        Raises:
            NotCarriedOut: it is not installed, or Jira would not install it
        """
        self._installed_from(descriptor_url)
        return self.install(descriptor_url)

    def install_delivered(
        self, descriptor: Descriptor, app_id: str, *, installation_id: str
    ) -> LifecycleResult:
        """Install an app that Forge delivers, or take over the one with the same key.

        Args:
            descriptor: from the manifest
            app_id: Forge's; it stands for the descriptor's URL
            installation_id: Forge's
        """
        return self._install(descriptor, app_id, installation_id)

    def forget(self, app_key: AppKey) -> None:
        """Treat an app as none of Connect's any more, and do not tell it."""
        app = self._site.installed_app(app_key)
        if app is not None:
            self._site.put_app(replace(app, installed=False, enabled=False))

    def uninstall(self, descriptor_url: str) -> LifecycleResult:
        """Uninstall an app. Its calls are refused from now on, whatever it answers.

        `disabled`, unless it was so before, and `uninstalled` are sent at the same time, as Jira does.

        Raises:
            NotCarriedOut: it is not installed
        """
        before = self._installed_from(descriptor_url)
        app = replace(before, installed=False, enabled=False)
        self._site.put_app(app)
        events = ("uninstalled", "disabled") if before.enabled else ("uninstalled",)
        with ThreadPoolExecutor(max_workers=2) as both:
            sent = {
                event: both.submit(self._tell, app, event)
                for event in events
                if event in app.descriptor.lifecycle
            }
        answers = {event: future.result() for event, future in sent.items()}
        return LifecycleResult(
            key=app.descriptor.key, client_key=app.client_key, installed=False, answers=answers
        )

    def disable(self, descriptor_url: str) -> LifecycleResult:
        """Disable an app, which stays installed. Its calls are refused from now on, whatever it answers.

        Raises:
            NotCarriedOut: it is not installed, or it is disabled
        """
        return self._switch(descriptor_url, enabled=False)

    def enable(self, descriptor_url: str) -> LifecycleResult:
        """Enable an app that was disabled.

        Raises:
            NotCarriedOut: it is not installed, or it is enabled
        """
        return self._switch(descriptor_url, enabled=True)

    def rotate_secrets(self) -> None:
        """Give every app a new secret, as a reinstall does.

        `installationId` is left out by turns, as Jira has been seen to after a site was renamed
        (https://community.developer.atlassian.com/t/97815).
        """
        for app in self._site.enabled_apps():
            names_installation = next(self._names_installation)
            self._install(
                app.descriptor, app.descriptor_url, app.installation_id, names_installation=names_installation
            )

    def _install(
        self,
        descriptor: Descriptor,
        descriptor_url: str,
        installation_id: str | None = None,
        *,
        names_installation: bool = True,
    ) -> LifecycleResult:
        app = Installation(
            descriptor=descriptor,
            descriptor_url=descriptor_url,
            client_key=self._site.client_key(descriptor.key),
            shared_secret=SharedSecret(secrets.token_urlsafe(_SECRET_BYTES)),
            app_user=app_user(descriptor),
            installed=True,
            enabled=True,
            installed_at=self._next_install(descriptor.key),
            installation_id=installation_id,
        )
        before = self._site.installed_app(descriptor.key)
        if before:
            app = replace(app, earlier_secrets=(before.shared_secret, *before.earlier_secrets))
            self._site.put_app(replace(before, pending_secret=app.shared_secret))
        told = app if names_installation else replace(app, installation_id=None)
        answers = {"installed": self._tell(told, "installed")}
        installed = answers["installed"].status in _ACCEPTED
        if before and not installed:
            self._site.put_app(before)
        if installed:
            self._site.put_app(app)
            if "enabled" in descriptor.lifecycle:
                answers["enabled"] = self._tell(app, "enabled")
        return LifecycleResult(
            key=descriptor.key, client_key=app.client_key, installed=installed, answers=answers
        )

    def _switch(self, descriptor_url: str, *, enabled: bool) -> LifecycleResult:
        app = self._installed_from(descriptor_url)
        event = "enabled" if enabled else "disabled"
        if app.enabled == enabled:
            raise NotCarriedOut(f"The app is {event} already.")
        app = replace(app, enabled=enabled)
        self._site.put_app(app)
        answers = {event: self._tell(app, event)} if event in app.descriptor.lifecycle else {}
        return LifecycleResult(
            key=app.descriptor.key, client_key=app.client_key, installed=True, answers=answers
        )

    def _next_install(self, app_key: AppKey) -> datetime:
        """Wait until no `installed` has been signed for the app in this second.

        Two of them would have the same token, and an app is right to take it once.
        """
        with self._lock:
            now = self._site.now()
            moment = max(now, self._last_install.get(app_key, now - _SECOND) + _SECOND)
            self._last_install[app_key] = moment
        time.sleep((moment - now).total_seconds())
        return moment

    def _installed_from(self, descriptor_url: str) -> Installation:
        for app in self._site.apps():
            if app.installed and app.descriptor_url == descriptor_url:
                return app
        raise NotCarriedOut(f"No app is installed from {descriptor_url}.")

    def _tell(self, app: Installation, event: str) -> Answer:
        url = url_of(app.descriptor, app.descriptor.lifecycle[event])
        now = self._site.now()
        if event in _SIGNED_BY_ATLASSIAN:
            token = install_token(app, url, key=self._install_key, admin=self._site.admin, now=now)
        else:
            token = site_token(app, url, now=now)
        return self._apps.post(url, token=token, payload=self._payload(app, event), headers=_HEADERS)

    def _payload(self, app: Installation, event: str) -> Json:
        payload = {
            "key": app.descriptor.key,
            "clientKey": app.client_key,
            "serverVersion": "100285",
            "pluginsVersion": "1001.0.0-SNAPSHOT",
            "baseUrl": self._site.base_url,
            "displayUrl": self._site.base_url,
            "displayUrlServicedeskHelpCenter": self._site.base_url,
            "productType": "jira",
            "description": f"Jira on this laptop at {self._site.base_url}",
            "cloudId": self._site.cloud_id,
            "eventType": event,
        }
        if app.installation_id is not None:
            payload["installationId"] = app.installation_id
        if "ACT_AS_USER" in app.descriptor.scopes:
            payload["oauthClientId"] = self._site.oauth_client_id(app.descriptor.key)
        return payload | ({"sharedSecret": app.shared_secret.reveal()} if event == "installed" else {})


COMMANDS: Mapping[str, Callable[[Lifecycle, str], LifecycleResult]] = {
    "install": Lifecycle.install,
    "reinstall": Lifecycle.reinstall,
    "uninstall": Lifecycle.uninstall,
    "enable": Lifecycle.enable,
    "disable": Lifecycle.disable,
}
"""Commands for an app, each by its descriptor's URL."""


def app_user(descriptor: Descriptor) -> User:
    """The user that an app acts as."""
    account_id = uuid.uuid5(uuid.NAMESPACE_URL, descriptor.key)
    return User(
        account_id=f"557058:{account_id}",
        display_name=descriptor.name,
        account_type="app",
        is_admin="ADMIN" in descriptor.scopes,
    )
