"""Links between Forge installations and Connect sites, for an app that has both.

Connect's `installed` names the Forge installation, in whichever order the two arrive. If it did not, an app
property that Jira keeps for the app holds the site's clientKey, as long as Connect lasts; it is read by a
message on the queue, since Forge waits for no more than 5 seconds.

https://developer.atlassian.com/platform/adopting-forge-from-connect/migrate-connect-clientkey
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.link_request import LinkRequest
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState, announced
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, is_storable, pointed_to
from connect_jira.installations.store import InstallationStore
from connect_jira.jira.errors import JiraForbidden
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from connect_jira.jira.client import JiraClient

CLIENT_KEY_PROPERTY = "connect_client_key_019cdff3-8bfb-71fe-9628-875b700aebb8"
"""Reserved by Jira; the same for all apps."""

logger = Logger(child=True)


class SiteLinks:
    """Links the rows of Forge installations and of Connect sites.

    IAM: that of `connect_jira.aws.versioned_table` to read and write.

    Args:
        sites: the Connect installations
        forge: the Forge installations
        clock: Unix seconds
    """

    def __init__(
        self,
        sites: InstallationStore,
        forge: ForgeInstallationStore,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sites = sites
        self._forge = forge
        self._clock = clock

    def ask(self, work: LinkRequest, jira: "JiraClient") -> None:
        """Ask Jira for the clientKey, and link the two if the app knows that site.

        Raises:
            TemporarilyUnavailable: the app was installed just now, and the site has not granted its
                permissions yet
            JiraError: as `JiraClient.request`
        """
        try:
            client_key = jira.app_properties.get(CLIENT_KEY_PROPERTY)
        except JiraForbidden as refused:
            raise TemporarilyUnavailable("Jira does not yet let the app read its own property") from refused
        if not isinstance(client_key, str) or not is_storable(ClientKey(client_key)):
            logger.info("Forge installation has no Connect site")
        elif self._sites.read(ClientKey(client_key)) is None:
            logger.info("Forge installation's Connect site is not known")
        else:
            self.join(work.client_key, ClientKey(client_key))

    def join(self, installation_id: str, client_key: ClientKey) -> None:
        """Link a Forge installation to a Connect site. Idempotent.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """

        def joined(current: ForgeInstallation | None) -> ForgeInstallation:
            if current and current.tenant == client_key:
                return current
            return replace(
                current or announced(installation_id), tenant=client_key, updated_at=int(self._clock())
            )

        before, after = self._forge.update(installation_id, joined)
        if after is not None:
            if after is not before:
                logger.info("Forge installation linked to its Connect site", clientKey=client_key)
            self.point(after)

    def point(self, installation: ForgeInstallation) -> None:
        """Set a Connect site's Forge installation, and keep the row as long as that exists.

        Of several, the one that was installed or upgraded last is set.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """

        def pointing(site: Installation | None) -> Installation | None:
            if site is None or not self._is_ahead(installation, site.site.installation_id):
                return None
            return pointed_to(site, installation.installation_id, now=int(self._clock()))

        if installation.is_joined:
            self._sites.update(installation.tenant, pointing)

    def _is_ahead(self, installation: ForgeInstallation, pointed: str | None) -> bool:
        if pointed in {None, installation.installation_id}:
            return True
        other = self._forge.read(str(pointed))
        if other is None or other.has_ended(self._clock()):
            return True
        return other.state is not ForgeState.ANNOUNCED and other.applied_at < installation.applied_at
