"""Errors of an app's data for a site."""

from connect_jwt.errors import ConnectError


class DataChanged(ConnectError):
    """Somebody else has written, deleted or created the entry since it was read.

    Attributes:
        version: the entry's version now; empty when there is no entry
    """

    def __init__(self, version: str) -> None:
        super().__init__("data-changed", "the entry was changed meanwhile: get it again, and decide again")
        self.version = version


class ValueTooLarge(ConnectError):
    """A value takes more than `connect_jira.data.entries.MAX_VALUE_BYTES` as JSON."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            "value-too-large",
            f"the value takes {size:,} bytes as JSON, and an entry holds {limit:,}:"
            " split it over several keys",
        )
