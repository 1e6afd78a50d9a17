"""Options of `connect doctor`, by name."""

from dataclasses import dataclass

import click

_SOURCES = {
    "pasted": "TOKEN",
    "curl": "--curl",
    "har": "--har",
    "event": "--event",
    "stack": "--stack",
    "local": "--local",
    "explain": "--explain",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command's options as click hands them over; `pasted` is what was given without an option."""

    pasted: tuple[str, ...]
    token: str | None
    curl: str | None
    har: str | None
    event: str | None
    stack: str | None
    local: bool
    explain: str | None
    method: str | None
    url: str | None
    header: tuple[str, ...]
    data: str | None
    direction: str | None
    app_key: str | None
    client_key: str | None
    secret: str | None
    previous_secret: tuple[str, ...]
    base_url: str | None
    descriptor: str | None
    stage: str
    at: str | None
    signature_cut_off: bool
    key_host: str | None
    status: int | None
    response: str | None
    response_body: str | None
    port: int
    jira_port: int
    as_json: bool

    def source(self) -> str | None:
        """Return the option that gives the request; None if it is composed of the others.

        Raises:
            UsageError: more than one does, or there is nothing to look at
        """
        given = [name for name in _SOURCES if getattr(self, name)]
        if len(given) > 1:
            raise click.UsageError(f"give {' or '.join(_SOURCES[name] for name in given)}, not both")
        if not given and not (self.token or self.url or self.header):
            raise click.UsageError(f"nothing to look at: give one of {', '.join(_SOURCES.values())}")
        return given[0] if given else None
