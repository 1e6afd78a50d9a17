"""Forge installations in DynamoDB: rows of the table of installations, by their `installationId`."""

from connect_jira.aws.dynamodb import Row
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jwt.identity import ClientKey


class ForgeInstallationStore(VersionedTable[ForgeInstallation]):
    """The Forge installations of the table.

    IAM: that of `connect_jira.aws.versioned_table`.

    Args:
        dynamodb: the service
        table: the table's name
    """

    def __init__(self, dynamodb: AwsService, *, table: str) -> None:
        super().__init__(dynamodb, table=table, to_row=_row, from_row=forge_installation_of)


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
        "askedAt": installation.asked_at,
        "leavesAt": installation.leaves_at,
        "appliedAt": installation.applied_at,
        "tokensUsed": {jti: list(used) for jti, used in installation.tokens_used.items()},
        "updatedAt": installation.updated_at,
        "expiresAt": installation.expires_at,
        "revision": installation.revision,
    }


def forge_installation_of(row: Row) -> ForgeInstallation:
    """Decode a Forge installation's row; errors as for `connect_jira.installations.store.installation_of`."""
    return ForgeInstallation(
        installation_id=row["clientKey"],
        tenant=ClientKey(row["tenant"]),
        state=ForgeState(row["state"]),
        cloud_id=row.get("cloudId"),
        api_base_url=row.get("apiBaseUrl"),
        environment_type=row.get("environmentType"),
        app_version=row.get("appVersion"),
        sealed_token=row.get("sealedToken"),
        token_expires_at=row["tokenExpiresAt"],
        asked_at=row.get("askedAt", 0),
        leaves_at=row.get("leavesAt"),
        applied_at=row["appliedAt"],
        tokens_used={jti: (until, digest) for jti, (until, digest) in row["tokensUsed"].items()},
        updated_at=row["updatedAt"],
        expires_at=row.get("expiresAt"),
        revision=row["revision"],
    )
