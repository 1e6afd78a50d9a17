"""The laptop's Forge, put together."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import urllib3

from connect_local.jira.apps import Answer
from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.deliveries import Deliveries
from connect_local.jira.forge.events import product_event
from connect_local.jira.forge.graphql import GraphQl
from connect_local.jira.forge.installations import ForgeApp, ForgeApps
from connect_local.jira.forge.invocation_tokens import ENVIRONMENT_ID, InvocationTokens
from connect_local.jira.forge.manifests import ForgeManifest, Trigger
from connect_local.jira.forge.module_forms import LIFECYCLE, OTHERS, Module
from connect_local.jira.forge.page_calls import PageCall, PageCalls
from connect_local.jira.forge.system_tokens import SystemTokens
from connect_local.jira.lifecycle import app_user
from connect_local.jira.outbox import Outbox
from connect_local.jira.tenant import Tenant, Tenants
from connect_tools.forge.app_ids import UNREGISTERED

LAPTOP_APP_ID = "ari:cloud:ecosystem::app/1a970900-0000-4000-8000-000000000000"
"""App id for a manifest without one, in place of the one that `forge register` would write."""

API_PATH = "/ex/jira/"

_TRIGGER, _PAGE = Module("core:trigger", "trigger"), Module("jira:globalPage", "page")


class ForgePlatform:
    """Delivers apps to the sites of one Jira.

    Attributes:
        keys_url: the key set of its invocation tokens
        system_tokens: makes access tokens for apps, users' tokens too
        graphql: issues tokens of offline users
        deliveries: calls them

    Args:
        base_url: of the Jira, below which apps call it with Forge's tokens
        tenants: its sites
        outbox: for what is sent in the background
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        base_url: str,
        tenants: Callable[[], Tenants],
        outbox: Outbox,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._tenants = tenants
        self._clock = clock
        self._apps = ForgeApps()
        self._invocations = InvocationTokens(base_url)
        self.keys_url = f"{base_url}/_local/forge/jwks.json"
        self.system_tokens = SystemTokens(self._apps)
        self.graphql = GraphQl(self._apps, self.system_tokens, clock=clock)
        self._page_calls = PageCalls(self.system_tokens)
        self.deliveries = Deliveries(
            outbox=outbox, invocations=self._invocations, tokens=self.system_tokens, clock=clock
        )

    def key_set(self) -> Json:
        """The public keys."""
        return self._invocations.key_set()

    def apps(self) -> list[ForgeApp]:
        """Every app that is installed or once was."""
        return self._apps.all()

    def at(self, path: str) -> tuple[Tenant, str] | None:
        """The site that a path below `/ex/jira/` is about, and what of the path comes before `/rest`."""
        _, found, rest = path.partition(API_PATH)
        cloud_id = rest.partition("/")[0]
        for tenant in self._tenants().all() if found else ():
            if tenant.site.cloud_id == cloud_id:
                return tenant, f"{path.partition(API_PATH)[0]}{API_PATH}{cloud_id}"
        return None

    def install(self, tenant: Tenant, manifest: ForgeManifest) -> dict[str, Answer]:
        """Install an app. A Connect app with the same key is taken over, with all that it has there.

        Returns:
            the answers of the app, by what it was told

        Raises:
            NotCarriedOut: it is installed already
        """
        if self._installed(tenant, manifest) is not None:
            raise NotCarriedOut("The app is installed already: upgrade it.")
        app = self.add(tenant, manifest)
        answers = self._carry_connect(app)
        return answers | self._lifecycle(app, "installed")

    def add(self, tenant: Tenant, manifest: ForgeManifest) -> ForgeApp:
        """Install an app and tell nobody, not even the app."""
        return self._apps.add(tenant, _registered(manifest))

    def upgrade(self, tenant: Tenant, manifest: ForgeManifest) -> dict[str, Answer]:
        """Put another version in place of an app. Without Connect modules Jira sends it nothing more.

        Raises:
            NotCarriedOut: it is not installed
        """
        manifest = _registered(manifest)
        app = self._apps.upgrade(self.require(tenant, manifest.descriptor.key), manifest)
        if manifest.carries_connect:
            answers = self._carry_connect(app)
        else:
            tenant.lifecycle.forget(manifest.descriptor.key)
            answers = {}
        return answers | self._lifecycle(app, "upgraded")

    def uninstall(self, tenant: Tenant, app_key: str) -> dict[str, Answer]:
        """Uninstall an app; its tokens are good for nothing any more.

        Raises:
            NotCarriedOut: it is not installed
        """
        app = self.require(tenant, app_key)
        answers = {
            f"preUninstall at {trigger.endpoint.key}": self._call_scheduled(app, trigger)
            for trigger in app.manifest.pre_uninstall
        }
        app = self._apps.remove(app)
        if tenant.site.installed_app(app.manifest.descriptor.key):
            answers |= tenant.lifecycle.uninstall(app.manifest.app_id).answers
        return answers | self._lifecycle(app, "uninstalled")

    def hourly(self, tenant: Tenant) -> list[Answer]:
        """Call the scheduled triggers of a site's apps."""
        return [
            self._call_scheduled(app, trigger)
            for app in self._apps.live_on(tenant)
            for trigger in app.manifest.hourly
        ]

    def observe(
        self, tenant: Tenant, webhook_event: str, webhook: Mapping[str, Json], trace: str | None
    ) -> bool:
        """Tell a site's apps of an event in the background; whether one wants to know of it.

        Args:
            tenant: the site
            webhook_event: such as `jira:issue_created`
            webhook: the payload of the webhook that tells of the same
            trace: the `X-Atlassian-Webhook-Trace` of the call that caused it
        """
        told = False
        for app in self._apps.live_on(tenant):
            account_id = app_user(app.manifest.descriptor).account_id
            payload = product_event(webhook_event, webhook, app_account_id=account_id, trace=trace)
            for trigger in app.manifest.triggers.get(payload["eventType"], ()) if payload else ():
                self.deliveries.tell(app, trigger, payload, OTHERS)
                told = True
        return told

    def token_for(self, app: ForgeApp, /, **claims: object) -> str:
        """An invocation token of a trigger, as Forge would make it or with something else about it."""
        cloud_id = app.tenant.site.cloud_id
        return self._invocations.of_module(
            app,
            module=_TRIGGER,
            context={"cloudId": cloud_id, "moduleKey": _TRIGGER.key, "userAccess": {"enabled": False}},
            now=self._clock(),
            claims=claims,
        )

    def page_token_for(self, app: ForgeApp, /, account_id: str, **claims: object) -> str:
        """The same of a page that this user has open."""
        return self._invocations.of_page(
            app, module=_PAGE, account_id=account_id, now=self._clock(), claims=claims
        )

    def invoke_remote(self, app: ForgeApp, account_id: str, call: PageCall) -> urllib3.BaseHTTPResponse:
        """Make a call for a page that this user has open.

        Raises:
            NotCarriedOut: the manifest has no such endpoint, or the app gives no answer
        """
        user = app.tenant.site.user(account_id)
        if user is None or not user.active:
            raise NotCarriedOut("accountId must be that of somebody who is active on this site.")
        token = self.page_token_for(app, account_id)
        return self._page_calls.make(app, call, invocation=token, user=user, now=self._clock())

    def require(self, tenant: Tenant, app_key: str) -> ForgeApp:
        """An app that is installed.

        Raises:
            NotCarriedOut: it is not
        """
        for app in self._apps.live_on(tenant):
            if app.manifest.descriptor.key == app_key:
                return app
        raise NotCarriedOut(f"Forge has not installed {app_key} on this site.")

    def close(self) -> None:
        """Call nobody any more."""
        self.deliveries.close()
        self._page_calls.close()

    def _installed(self, tenant: Tenant, manifest: ForgeManifest) -> ForgeApp | None:
        key = manifest.descriptor.key
        return next((app for app in self._apps.live_on(tenant) if app.manifest.descriptor.key == key), None)

    def _carry_connect(self, app: ForgeApp) -> dict[str, Answer]:
        if not app.manifest.carries_connect:
            return {}
        lifecycle = app.tenant.lifecycle
        result = lifecycle.install_delivered(
            app.manifest.descriptor, app.manifest.app_id, installation_id=app.installation_id
        )
        return result.answers

    def _call_scheduled(self, app: ForgeApp, trigger: Trigger) -> Answer:
        context = {"cloudId": app.tenant.site.cloud_id, "moduleKey": trigger.key}
        payload = {"context": context, "contextToken": secrets.token_urlsafe()}
        return self.deliveries.call(app, trigger, payload, OTHERS)

    def _lifecycle(self, app: ForgeApp, what: str) -> dict[str, Answer]:
        event, account_id = f"avi:forge:{what}:app", app.tenant.site.admin.account_id
        payload = {
            "app": {"id": app.manifest.app_id.rpartition("/")[2], "version": f"{app.version}.0.0"},
            "environment": {"id": ENVIRONMENT_ID},
            "permissions": {"scopes": list(app.manifest.scopes)},
            "id": app.installation_id.rpartition("/")[2],
        }
        if what == "upgraded":  # as in Atlassian's example: none was captured
            payload["upgraderAccountId"] = account_id
        else:
            context = f"ari:cloud:jira::site/{app.tenant.site.cloud_id}"
            payload |= {"context": context, "eventType": event, "installerAccountId": account_id}
        return {
            f"{event} at {trigger.endpoint.key}": self.deliveries.call(app, trigger, payload, LIFECYCLE)
            for trigger in app.manifest.triggers.get(event, ())
        }


def _registered(manifest: ForgeManifest) -> ForgeManifest:
    return replace(manifest, app_id=LAPTOP_APP_ID) if manifest.app_id == UNREGISTERED else manifest
