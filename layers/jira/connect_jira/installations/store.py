"""Connect installations in DynamoDB: one row per site, with optimistic locking."""

from collections.abc import Iterator

from connect_jira.aws.dynamodb import Row
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.installations.forge_installation import ForgeState
from connect_jira.installations.installation import (
    Installation,
    InstallationState,
    Pause,
    PauseReason,
    PreviousSecret,
    Site,
)
from connect_jwt.identity import ClientKey


class InstallationStore(VersionedTable[Installation]):
    """The Connect installations of the table.

    IAM: that of `connect_jira.aws.versioned_table`.

    Args:
        dynamodb: the service
        table: the table's name
    """

    def __init__(self, dynamodb: AwsService, *, table: str) -> None:
        super().__init__(dynamodb, table=table, to_row=_row, from_row=installation_of)

    def enabled_sites(self, *, after: str | None = None) -> Iterator[tuple[list[ClientKey], str | None]]:
        """Yield the sites that have the app installed and enabled, by Connect or Forge, in pages; each site
        once. One that changes meanwhile may be missed. Those that are paused are left out.

        IAM: `dynamodb:Scan`

        Args:
            after: position from an earlier page; None to start

        Returns:
            Pages, each with the position after it; None after the last.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        seen: set[str] = set()
        enabled = {InstallationState.ENABLED.value, ForgeState.LIVE.value}
        pages = self.having("state", enabled, only=("clientKey", "tenant"), without="pause", after=after)
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
        "pause": {"reason": installation.pause.reason.value, "since": installation.pause.since}
        if installation.pause
        else None,
        "updatedAt": installation.updated_at,
        "expiresAt": installation.expires_at,
        "revision": installation.revision,
    }


def installation_of(row: Row) -> Installation:
    """Decode a Connect installation's row.

    Raises:
        KeyError, TypeError, ValueError: newer code has written it
    """
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
        pause=_pause(row["pause"]) if "pause" in row else None,
        updated_at=row["updatedAt"],
        expires_at=row.get("expiresAt"),
        revision=row["revision"],
    )


def _pause(member: Row) -> Pause:
    return Pause(PauseReason(member["reason"]), member["since"])
