"""The laptop's Jira, put together."""

import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import Mount

from connect_local.jira.apps import AppClient
from connect_local.jira.connection import BreakableConnection
from connect_local.jira.controls import Controls
from connect_local.jira.faults import Faults
from connect_local.jira.gate import RestGate
from connect_local.jira.install_key import InstallKey
from connect_local.jira.journal import Journal, RecordedRequest
from connect_local.jira.lifecycle import Lifecycle
from connect_local.jira.rest import rest_api
from connect_local.jira.site import Site
from connect_local.jira.webhooks import RETRY_DELAYS, Webhooks


class LaptopJira:
    """A Jira Cloud site that is as strict as the real one.

    Serve `app` with uvicorn, told to use `protocol`; without it no connection can be broken on order. Close
    it in the end, so that no thread is left behind.

    Attributes:
        app: the site as an ASGI application
        protocol: for `uvicorn.Config(http=…)`
        base_url: the site's base URL
        install_keys_url: where the public half of its install key is, as `<install_keys_url>/<kid>`
        site: what is on it
        lifecycle: installs, reinstalls and uninstalls apps
        webhooks: sends them events
        faults: what the next REST calls meet
        journal: what became of the REST calls

    Args:
        base_url: where the site is, without a slash at the end
        on_request: told of each REST call as it is answered
        install_key: Atlassian's; when there is none, a new one
        retry_delays: how long webhooks wait before each further attempt, in seconds
        clock: the time, in Unix seconds
    """

    protocol = BreakableConnection

    def __init__(
        self,
        *,
        base_url: str,
        on_request: Callable[[RecordedRequest], None] | None = None,
        install_key: InstallKey | None = None,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        install_key = install_key or InstallKey()
        self._apps = AppClient()
        self.base_url = base_url
        self.install_keys_url = f"{base_url}/_local/install-keys"
        self.site = Site(base_url=base_url, clock=clock)
        self.lifecycle = Lifecycle(site=self.site, apps=self._apps, install_key=install_key)
        self.webhooks = Webhooks(site=self.site, apps=self._apps, retry_delays=retry_delays)
        self.faults = Faults()
        self.journal = Journal(on_request)
        controls = Controls(
            site=self.site,
            lifecycle=self.lifecycle,
            webhooks=self.webhooks,
            faults=self.faults,
            journal=self.journal,
            install_key=install_key,
        )
        gate = RestGate(
            rest_api(self.site, self.webhooks),
            site=self.site,
            faults=self.faults,
            journal=self.journal,
            rotate_secrets=self.lifecycle.rotate_secrets,
        )
        routes = [Mount("/_local", controls.application()), Mount("", gate)]
        self.app = Starlette(routes=[Mount(self.site.context_path, routes=routes)])

    def close(self) -> None:
        """Send nothing more to the apps."""
        self.webhooks.close()
        self._apps.close()
