"""Installations in DynamoDB: one row for each site, written only over the row that was read."""

from collections.abc import Iterator

from connect_jira.aws.attributes import Row
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.installations.forge_installation import ForgeState
from connect_jira.installations.installation import Installation, InstallationState, PreviousSecret, Site
from connect_jwt.identity import ClientKey


class InstallationStore(VersionedTable[Installation]):
    """The Connect installations of the table.

    IAM: what `connect_jira.aws.versioned_table` needs.

    Args:
        dynamodb: the service
        table: the table's name
    """

    def __init__(self, dynamodb: AwsService, *, table: str) -> None:
        super().__init__(dynamodb, table=table, to_row=_row, from_row=_installation)

    def enabled_sites(self, *, after: str | None = None) -> Iterator[tuple[list[ClientKey], str | None]]:
        """The sites that have the app installed and enabled, by Connect or by Forge, a page at a time, each
        site once; one that changes may be missed.

        IAM: `dynamodb:Scan`

        Args:
            after: where to go on, as it came with a page; None from the beginning

        Returns:
            Pages, each with where to go on after it; None after the last.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        seen: set[str] = set()
        enabled = {InstallationState.ENABLED.value, ForgeState.LIVE.value}
        pages = self.having("state", enabled, only=("clientKey", "tenant"), after=after)
        for rows, position in pages:
            sites = dict.fromkeys(str(row.get("tenant") or row["clientKey"]) for row in rows)
            yield [ClientKey(site) for site in sites if site not in seen], position
            seen |= sites.keys()


def _row(installation: Installation) -> Row:
    site = installation.site
    return {
        "clientKey": str(site.client_key),
        "baseUrl": site.base_url,
        "displayUrl": site.display_url,
        "oauthClientId": site.oauth_client_id,
        "installationId": site.installation_id,
        "state": installation.state.value,
        "sealedSecret": installation.sealed_secret,
        "previousSecrets": [
            {"sealed": previous.sealed, "validUntil": previous.valid_until}
            for previous in installation.previous_secrets
        ],
        "signedAt": installation.signed_at,
        "tokensUsed": dict(installation.tokens_used),
        "toggledAt": installation.toggled_at,
        "updatedAt": installation.updated_at,
        "expiresAt": installation.expires_at,
        "revision": installation.revision,
    }


def _installation(row: Row) -> Installation:
    return Installation(
        site=Site(
            client_key=ClientKey(row["clientKey"]),
            base_url=row["baseUrl"],
            display_url=row.get("displayUrl"),
            oauth_client_id=row.get("oauthClientId"),
            installation_id=row.get("installationId"),
        ),
        state=InstallationState(row["state"]),
        sealed_secret=row.get("sealedSecret"),
        previous_secrets=tuple(
            PreviousSecret(previous["sealed"], previous["validUntil"]) for previous in row["previousSecrets"]
        ),
        signed_at=row["signedAt"],
        tokens_used=row["tokensUsed"],
        toggled_at=row["toggledAt"],
        updated_at=row["updatedAt"],
        expires_at=row.get("expiresAt"),
        revision=row["revision"],
    )
