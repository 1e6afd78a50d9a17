"""The laptop's Jira, put together."""

import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from connect_local.jira.access_tokens import AccessTokens
from connect_local.jira.apps import AppClient
from connect_local.jira.breakable_connection import BreakableConnection
from connect_local.jira.controls import Controls
from connect_local.jira.doctor import doctor_application
from connect_local.jira.editor import Editor
from connect_local.jira.faults import Faults
from connect_local.jira.forge.controls import ForgeControls
from connect_local.jira.forge.platform import ForgePlatform
from connect_local.jira.gate import RestGate
from connect_local.jira.install_key import KEY_HOSTS, InstallKey
from connect_local.jira.journal import Journal, RecordedRequest
from connect_local.jira.lifecycle import Lifecycle
from connect_local.jira.oauth import AuthorizationServer
from connect_local.jira.outbox import Outbox
from connect_local.jira.pages.application import STATIC, Pages
from connect_local.jira.pages.guard import Guard
from connect_local.jira.rest import rest_api
from connect_local.jira.rest.jql import meets
from connect_local.jira.site import Site
from connect_local.jira.tenant import Tenant, Tenants
from connect_local.jira.webhook_sender import RETRY_DELAYS, Webhooks


class LaptopJira:
    """A Jira Cloud with one site or several, as strict as the real one.

    Serve `app` with uvicorn, told to use `protocol`; without it no connection can be broken on order. Close
    it in the end, so that no thread is left behind.

    Attributes:
        app: the whole as an ASGI application
        protocol: for `uvicorn.Config(http=…)`
        base_url: the default site's base URL; those of the others are below it
        install_keys_urls: key hosts of the public install key, as `<url>/<kid>` of one of them
        all_js_url: a stand-in for Atlassian's all.js, for the apps' pages
        oauth_url: the authorization server that issues access tokens for acting as a user
        tenants: its sites, each with what works for it
        site: the default site
        lifecycle: installs, reinstalls and uninstalls apps there
        webhooks: sends them that site's events
        forge: Atlassian's Forge, which delivers apps to its sites
        faults: for the next REST calls to any site
        journal: of the REST calls

    Args:
        base_url: of the default site, without a trailing slash
        descriptor_url: of the app that runs beside it; empty for none
        on_request: told of each REST call as it is answered
        app_faults: returns the faults of the app beside it that Jira does not notice
        install_key: Atlassian's; when there is none, a new one
        retry_delays: delay before each retry of a webhook, in seconds
        clock: the time, in Unix seconds
    """

    protocol = BreakableConnection

    def __init__(
        self,
        *,
        base_url: str,
        descriptor_url: str = "",
        on_request: Callable[[RecordedRequest], None] | None = None,
        app_faults: Callable[[], Sequence[str]] = tuple,
        install_key: InstallKey | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._retry_delays = retry_delays
        self._install_key = install_key or InstallKey()
        self._apps = AppClient()
        self._outbox = Outbox()
        self.forge = ForgePlatform(
            base_url=base_url, tenants=lambda: self.tenants, outbox=self._outbox, clock=clock
        )
        self.base_url = base_url
        self.install_keys_urls = [f"{base_url}/_local/install-keys/{host}" for host in KEY_HOSTS]
        self.all_js_url = f"{base_url}/_local/all.js"
        self.oauth_url = f"{base_url}/_local/oauth2"
        self.tenants = Tenants(base_url=base_url, found=self._found)
        self.site = self.tenants.default.site
        self.lifecycle = self.tenants.default.lifecycle
        self.webhooks = self.tenants.default.webhooks
        self.faults = Faults()
        self.journal = Journal(on_request)
        controls = Controls(
            tenants=self.tenants, faults=self.faults, journal=self.journal, install_key=self._install_key
        )
        forge_controls = ForgeControls(self.forge, self.tenants)
        access_tokens = AccessTokens()
        oauth = AuthorizationServer(
            base_url=self.oauth_url, tenants=self.tenants, access_tokens=access_tokens
        )
        pages = Pages(
            tenants=self.tenants,
            faults=self.faults,
            journal=self.journal,
            descriptor_url=descriptor_url,
            app_faults=app_faults,
        )
        gate = RestGate(
            tenants=self.tenants,
            access_tokens=access_tokens,
            forge=self.forge,
            faults=self.faults,
            journal=self.journal,
            elsewhere=Guard(pages, base_url=base_url),
        )
        routes = [
            Mount("/_local/oauth2", oauth.application()),
            Route("/_local/all.js", lambda _: FileResponse(STATIC / "all.js")),
            Mount("/_local/assets", StaticFiles(directory=STATIC)),
            Mount("/_local/doctor", Guard(doctor_application(), base_url=base_url)),
            Mount("/_local/forge", Guard(forge_controls.application(), base_url=base_url)),
            Route("/graphql", self.forge.graphql.answer, methods=["POST"]),
            Mount("/_local", Guard(controls.application(), base_url=base_url)),
            Mount("", gate),
        ]
        self.app = Starlette(routes=[Mount(self.site.context_path, routes=routes)])

    def wait_until_sent(self) -> None:
        """Wait until the apps have been sent what they are to be sent in the background."""
        self._outbox.wait()

    def close(self) -> None:
        """Send nothing more to the apps."""
        self._outbox.close()
        self._apps.close()
        self.forge.close()

    def _found(self, name: str, base_url: str) -> Tenant:
        site = Site(name=name, base_url=base_url, clock=self._clock)
        webhooks = Webhooks(
            site=site,
            apps=self._apps,
            outbox=self._outbox,
            retry_delays=self._retry_delays,
            meets=lambda jql, issue: meets(jql, issue, site.now()),
            also_tell=lambda *told: self.forge.observe(self.tenants.ensure(name), *told),
        )
        editor = Editor(site=site, webhooks=webhooks)
        return Tenant(
            site=site,
            lifecycle=Lifecycle(site=site, apps=self._apps, install_key=self._install_key),
            webhooks=webhooks,
            editor=editor,
            faults=Faults(),
            rest=rest_api(site, editor),
        )
