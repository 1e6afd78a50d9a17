"""Forge installations in DynamoDB: rows of the table of installations, by their `installationId`."""

from typing import TYPE_CHECKING

from connect_jira.forge.installation import ForgeInstallation, ForgeState
from connect_jira.revisions import RevisionedTable, Row
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ForgeInstallationStore:
    """The Forge installations of the table.

    IAM: what `connect_jira.revisions` needs.

    Args:
        dynamodb: the client
        table: the table's name
    """

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._rows = RevisionedTable(dynamodb, table=table)

    def read(self, installation_id: str) -> ForgeInstallation | None:
        """The row as it is now.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        row = self._rows.read(installation_id)
        return _installation(row) if row else None

    def write(self, installation: ForgeInstallation) -> None:
        """Write the next revision of a row.

        Raises:
            RowChanged: the row is not, or no longer, at the revision before this one
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        self._rows.write(_row(installation))


def _row(installation: ForgeInstallation) -> Row:
    return {
        "clientKey": installation.installation_id,
        "tenant": str(installation.tenant),
        "state": installation.state.value,
        "cloudId": installation.cloud_id,
        "apiBaseUrl": installation.api_base_url,
        "environmentType": installation.environment_type,
        "appVersion": installation.app_version,
        "sealedToken": installation.sealed_token,
        "tokenExpiresAt": installation.token_expires_at,
        "toldSince": dict(installation.told_since),
        "appliedAt": installation.applied_at,
        "tokensUsed": {jti: list(used) for jti, used in installation.tokens_used.items()},
        "updatedAt": installation.updated_at,
        "expiresAt": installation.expires_at,
        "revision": installation.revision,
    }


def _installation(row: Row) -> ForgeInstallation:
    sealed_token, expires_at = row.get("sealedToken"), row.get("expiresAt")
    return ForgeInstallation(
        installation_id=row["clientKey"],
        tenant=ClientKey(row["tenant"]),
        state=ForgeState(row["state"]),
        cloud_id=row.get("cloudId"),
        api_base_url=row.get("apiBaseUrl"),
        environment_type=row.get("environmentType"),
        app_version=row.get("appVersion"),
        sealed_token=None if sealed_token is None else bytes(sealed_token),
        token_expires_at=int(row["tokenExpiresAt"]),
        told_since={event: int(since) for event, since in row["toldSince"].items()},
        applied_at=int(row["appliedAt"]),
        tokens_used={jti: (int(until), digest) for jti, (until, digest) in row["tokensUsed"].items()},
        updated_at=int(row["updatedAt"]),
        expires_at=None if expires_at is None else int(expires_at),
        revision=int(row["revision"]),
    )
