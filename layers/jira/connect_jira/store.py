"""Installations in DynamoDB: one row for each site, written only over the row that was read."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from connect_jira.aws import aws_errors
from connect_jira.installation import Installation, InstallationState, PreviousSecret, Site
from connect_jwt.errors import ConnectError
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class RowChanged(ConnectError):
    """Somebody else has written the row since it was read."""

    def __init__(self) -> None:
        super().__init__("row-changed", "the installation was changed meanwhile")


class InstallationStore:
    """The table of installations.

    IAM: `dynamodb:GetItem` to read and `dynamodb:PutItem` to write, on the table; and what the table's own
    key asks for, by way of DynamoDB: `kms:Decrypt`.

    Args:
        dynamodb: the client
        table: the table's name
    """

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def read(self, client_key: ClientKey) -> Installation | None:
        """The row as it is now: a strongly consistent read, since a webhook may follow an install at once.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        with aws_errors("dynamodb:GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"clientKey": {"S": client_key}}, ConsistentRead=True
            )
        item = answer.get("Item")
        return _installation(item) if item else None

    def enabled_sites(self) -> Iterator[ClientKey]:
        """The sites that have the app installed and enabled, in no order; one that changes may be missed.

        IAM: `dynamodb:Scan`

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            ProjectionExpression="clientKey",
            FilterExpression="#state = :enabled",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":enabled": _serialize(InstallationState.ENABLED.value)},
        )
        with aws_errors("dynamodb:Scan"):
            for page in pages:
                for item in page["Items"]:
                    yield ClientKey(_deserialize(item["clientKey"]))

    def write(self, installation: Installation) -> None:
        """Write the next revision of a row.

        Raises:
            RowChanged: the row is not, or no longer, at the revision before this one
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        with aws_errors("dynamodb:PutItem"):
            try:
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item=_item(installation),
                    **_unless_changed(installation.revision - 1),
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException as conflict:
                raise RowChanged from conflict


def _unless_changed(revision_read: int) -> dict[str, Any]:
    if revision_read == 0:
        return {"ConditionExpression": "attribute_not_exists(clientKey)"}
    return {
        "ConditionExpression": "revision = :read",
        "ExpressionAttributeValues": {":read": _serialize(revision_read)},
    }


def _item(installation: Installation) -> dict[str, Any]:
    site = installation.site
    row = {
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
    return {name: _serialize(value) for name, value in row.items() if value is not None}


def _installation(item: Mapping[str, Any]) -> Installation:
    row = {name: _deserialize(value) for name, value in item.items()}
    sealed_secret, expires_at = row.get("sealedSecret"), row.get("expiresAt")
    return Installation(
        site=Site(
            client_key=ClientKey(row["clientKey"]),
            base_url=row["baseUrl"],
            display_url=row.get("displayUrl"),
            oauth_client_id=row.get("oauthClientId"),
            installation_id=row.get("installationId"),
        ),
        state=InstallationState(row["state"]),
        sealed_secret=None if sealed_secret is None else bytes(sealed_secret),
        previous_secrets=tuple(
            PreviousSecret(bytes(previous["sealed"]), int(previous["validUntil"]))
            for previous in row["previousSecrets"]
        ),
        signed_at=int(row["signedAt"]),
        tokens_used=row["tokensUsed"],
        toggled_at=int(row["toggledAt"]),
        updated_at=int(row["updatedAt"]),
        expires_at=None if expires_at is None else int(expires_at),
        revision=int(row["revision"]),
    )
