"""The sealed values in the rows of a stack's tables, each with the owner that KMS has to be told.

Nothing else in a stack is sealed: a message of the queue holds no secret and no token, and neither does a
dead letter or a large message.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from connect_jira.aws.dynamodb import Row
from connect_jira.installations.installation import is_forge
from connect_jira.installations.sealing import with_key_resealed

_SEALED_ENTRY = "secret:"


class Kind(StrEnum):
    """Kind of a sealed value."""

    SHARED = "sharedSecrets"
    PREVIOUS = "previousSecrets"
    OF_FORGE = "systemTokens"
    OF_THE_APP = "siteSecrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedValue:
    """A sealed value.

    Attributes:
        kind: of the value
        owner: the encryption context besides `appKey`
        place: of the attribute, for an update expression
        content: the sealed value
        is_envelope: True if only its data key was sealed by KMS
    """

    kind: Kind
    owner: dict[str, str]
    place: str
    content: bytes = field(repr=False)
    is_envelope: bool

    def resealed(self, reseal: Callable[[bytes], bytes]) -> bytes:
        """Return it with what KMS has sealed replaced."""
        return with_key_resealed(self.content, reseal) if self.is_envelope else reseal(self.content)


def in_installation(row: Row) -> Iterator[SealedValue]:
    """Yield the sealed values of a row of Installations, Connect's or Forge's."""
    owner = {"clientKey": row["clientKey"]}
    if is_forge(row["clientKey"]):
        if token := row.get("sealedToken"):
            yield SealedValue(
                kind=Kind.OF_FORGE, owner=owner, place="sealedToken", content=token, is_envelope=True
            )
        return
    if secret := row.get("sealedSecret"):
        yield SealedValue(
            kind=Kind.SHARED, owner=owner, place="sealedSecret", content=secret, is_envelope=False
        )
    for number, previous in enumerate(row.get("previousSecrets", ())):
        yield SealedValue(
            kind=Kind.PREVIOUS,
            owner=owner,
            place=f"previousSecrets[{number}].sealed",
            content=previous["sealed"],
            is_envelope=False,
        )


def in_site_data(row: Row) -> Iterator[SealedValue]:
    """Yield the sealed value of a row of SiteData, if it is a secret."""
    if row["entry"].startswith(_SEALED_ENTRY):
        yield SealedValue(
            kind=Kind.OF_THE_APP,
            owner={"site": row["site"], "name": row["entry"].removeprefix(_SEALED_ENTRY)},
            place="content",
            content=row["content"],
            is_envelope=True,
        )
