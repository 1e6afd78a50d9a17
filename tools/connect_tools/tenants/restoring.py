"""Rows that a table has lost, from a table that was restored to an earlier point in time.

A row that is there stays as it is: it may have a newer secret. So nothing that happened since is undone, and
a run that was interrupted is gone on with by another run.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from connect_cli.errors import CommandError
from connect_tools.target_stack import aws_errors

_IS_THERE = "ConditionalCheckFailedException"
_EXPIRES = "expiresAt"


@dataclass(slots=True)
class Restored:
    """Counts of the rows of a restored table.

    Attributes:
        put_back: rows that the table in use had lost, and has again
        there: rows that it has
        expired: rows that have expired since, and stay away
    """

    put_back: int = 0
    there: int = 0
    expired: int = 0

    @property
    def met(self) -> int:
        """The number of all."""
        return self.put_back + self.there + self.expired


def put_back(
    dynamodb: Any,  # noqa: ANN401 - boto3 makes its clients' classes
    *,
    lost: str,
    restored: str,
    now: float,
    tell: Callable[[Restored], None] = lambda _so_far: None,
) -> Restored:
    """Put back what a table has lost.

    IAM: `dynamodb:DescribeTable` on both tables, `dynamodb:Scan` on the restored one, `dynamodb:PutItem` on
    the one in use; for their key, through DynamoDB, `kms:Decrypt`.

    Args:
        dynamodb: boto3's client
        lost: the name of the table in use
        restored: the name of the one that was restored
        now: Unix time
        tell: takes what was met so far, after each page of rows

    Raises:
        CommandError: they are not two tables of one kind, or AWS refuses
    """
    found = Restored()
    with aws_errors():
        keys = {
            name: dynamodb.describe_table(TableName=name)["Table"]["KeySchema"] for name in (lost, restored)
        }
        if lost == restored:
            raise CommandError(f"{restored} is the table in use: name the one that was restored")
        if keys[lost] != keys[restored]:
            raise CommandError(f"{restored} was not restored from {lost}: its key is another")
        hash_key = keys[lost][0]["AttributeName"]
        for page in dynamodb.get_paginator("scan").paginate(TableName=restored, ConsistentRead=True):
            for row in page["Items"]:
                if float(row.get(_EXPIRES, {}).get("N", "inf")) <= now:
                    found.expired += 1
                elif _put(dynamodb, lost, row, hash_key):
                    found.put_back += 1
                else:
                    found.there += 1
            tell(found)
    return found


def _put(dynamodb: Any, table: str, row: dict[str, Any], hash_key: str) -> bool:  # noqa: ANN401 - as above
    """Return True if the row was put there, and False if there is one already."""
    try:
        dynamodb.put_item(
            TableName=table,
            Item=row,
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": hash_key},
        )
    except ClientError as refused:
        if refused.response["Error"]["Code"] != _IS_THERE:
            raise
        return False
    return True
