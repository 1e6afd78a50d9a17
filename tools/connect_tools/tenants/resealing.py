"""Every secret and token of a stack under another key, while the functions go on.

KMS itself opens a value by the old key and seals it by the new one, so no secret leaves it, and whoever does
this need not be allowed to open any. All rows are gone through until a pass finds no value under another key:
that pass is the proof. A row is written only if it is still the one that was read, and with nothing but its
sealed values changed. So a newer secret always wins, and the next pass meets it; and a run that was
interrupted anywhere is gone on with by another run.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from connect_cli.errors import CommandError
from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.aws.service import AwsService
from connect_jwt.identity import AppKey
from connect_tools.target_stack import aws_errors
from connect_tools.tenants.sealed_values import SealedValue, in_installation, in_site_data

_MOST_PASSES = 10
"""Passes in which others still bring values under another key; more is a stack that is not ready."""

_DOES_NOT_OPEN = "InvalidCiphertextException"


@dataclass(slots=True)
class Pass:
    """Findings of one pass over all rows.

    Attributes:
        found: number of values by their kind
        resealed: number of values that were under another key, and are under the new one
        overtaken: number of rows that somebody else wrote meanwhile; the next pass meets them again
        unreadable: the places of values that no key opens for their owner
    """

    found: Counter[str] = field(default_factory=Counter)
    resealed: int = 0
    overtaken: int = 0
    unreadable: list[str] = field(default_factory=list)

    @property
    def is_proof(self) -> bool:
        """True if it met no value under another key."""
        return not (self.resealed or self.overtaken)


class Resealing:
    """Puts the sealed values of a stack under another key.

    IAM: `dynamodb:Scan` and `UpdateItem` on the tables; through DynamoDB, for the tables' own keys,
    `kms:Decrypt`; `kms:ReEncryptFrom` on both keys and `kms:ReEncryptTo` on the new one.

    Args:
        dynamodb: the service
        kms: boto3's client
        installations: the name of the table of installations
        site_data: the name of the table of what is kept for sites
        app_key: the owner of the secrets
        key: ARN of the new key
        wait: called before each request to KMS
        tell: takes what a pass has met so far, after some rows
    """

    def __init__(
        self,
        dynamodb: AwsService,
        kms: Any,  # noqa: ANN401 - boto3 makes its clients' classes
        *,
        installations: str,
        site_data: str,
        app_key: AppKey,
        key: str,
        wait: Callable[[], None] = lambda: None,
        tell: Callable[[Pass], None] = lambda _so_far: None,
    ) -> None:
        self._installations = Table(dynamodb, installations)
        self._site_data = Table(dynamodb, site_data)
        self._kms = kms
        self._app_key = app_key
        self._key = key
        self._wait = wait
        self._tell = tell

    def until_proved(self, *, before_proof: Callable[[], None] = lambda: None) -> tuple[int, Pass]:
        """Go through all rows until a pass meets no value under another key.

        Args:
            before_proof: called before the second pass: waits until nobody seals by another key any more

        Returns:
            The number of values resealed, and the pass that met none.

        Raises:
            CommandError: AWS refuses, or values under another key keep coming
        """
        resealed = 0
        for number in range(_MOST_PASSES):
            if number == 1:
                before_proof()
            met = self.go_through()
            resealed += met.resealed
            if number and met.is_proof:
                return resealed, met
        raise CommandError(
            "somebody keeps sealing by another key: is every function deployed with the new one?"
        )

    def go_through(self) -> Pass:
        """Go through all rows once.

        Raises:
            CommandError: AWS refuses
        """
        met = Pass()
        for row in self._installations.rows("Scan", ConsistentRead=True):
            self._reseal(met, in_installation(row), partial(self._write_installation, row))
        for row in self._site_data.rows("Scan", ConsistentRead=True):
            self._reseal(met, in_site_data(row), partial(self._write_entry, row))
        return met

    def _reseal(
        self, met: Pass, values: Iterator[SealedValue], write: Callable[[Mapping[str, bytes]], None]
    ) -> None:
        new: dict[str, bytes] = {}
        for value in values:
            resealed = self._resealed(value)
            if resealed is None:
                met.unreadable.append(f"{value.kind} of {' '.join(value.owner.values())}")
            elif resealed:
                new[value.place] = resealed
            met.found[value.kind] += 1
        self._tell(met)
        if not new:
            return
        try:
            write(new)
        except ConditionFailed:
            met.overtaken += 1
        else:
            met.resealed += len(new)

    def _resealed(self, value: SealedValue) -> bytes | None:
        """Return a value under the new key; empty if it is there already, None if it does not open."""
        sources: set[str] = set()

        def reseal(sealed: bytes) -> bytes:
            context = {"appKey": self._app_key, **value.owner}
            self._wait()
            answer = self._kms.re_encrypt(
                CiphertextBlob=sealed,
                SourceEncryptionContext=context,
                DestinationKeyId=self._key,
                DestinationEncryptionContext=context,
            )
            sources.add(answer["SourceKeyId"])
            return bytes(answer["CiphertextBlob"])

        with aws_errors():
            try:
                resealed = value.resealed(reseal)
            except ClientError as refused:
                if refused.response["Error"].get("Code") == _DOES_NOT_OPEN:
                    return None
                raise
        return b"" if sources == {self._key} else resealed

    def _write_installation(self, row: Row, new: Mapping[str, bytes]) -> None:
        """Write it as its next revision: who has read it before reads it again."""
        places = [f"{place} = :value{number}" for number, place in enumerate(new)]
        self._installations.call(
            "UpdateItem",
            Key={"clientKey": row["clientKey"]},
            UpdateExpression=f"SET revision = :next, {', '.join(places)}",
            ConditionExpression="revision = :read",
            ExpressionAttributeValues={
                ":read": row["revision"],
                ":next": row["revision"] + 1,
                **{f":value{number}": value for number, value in enumerate(new.values())},
            },
        )

    def _write_entry(self, row: Row, new: Mapping[str, bytes]) -> None:
        """Write it under the version that it has: to the app it has not changed."""
        (content,) = new.values()
        self._site_data.call(
            "UpdateItem",
            Key={"site": row["site"], "entry": row["entry"]},
            UpdateExpression="SET content = :value",
            ConditionExpression="#version = :read",
            ExpressionAttributeNames={"#version": "version"},
            ExpressionAttributeValues={":read": row["version"], ":value": content},
        )
