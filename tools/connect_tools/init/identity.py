"""An app's key, name and vendor, as its owner gives them."""

import re
from dataclasses import dataclass

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from connect_cli.descriptor_placeholders import described, first_placeholder
from connect_cli.errors import CommandError
from connect_jira.descriptor import at_stage
from connect_tools.descriptor import DescriptorInvalid, read_descriptor

STAGES = ("dev", "staging", "prod")
"""The stages of template.yaml."""

_LONGEST_STACK_NAME = 60
"""Without its stage. A queue's name begins with the stack's, and has at most 80 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppIdentity:
    """An app's key, name and vendor.

    Attributes:
        key: for sites, without a stage's suffix
        name: for people, likewise
        vendor: the vendor's name
        vendor_url: the vendor's website; None keeps the one that is there

    Raises:
        CommandError: Jira would not install an app with one of them, at one of the stages
    """

    key: str
    name: str
    vendor: str
    vendor_url: str | None

    def __post_init__(self) -> None:
        for option, value in (("key", self.key), ("name", self.name), ("vendor", self.vendor)):
            _check_text(f"--{option}", value)
        for stage in STAGES:
            self._check_at(stage)
        if self.vendor_url is not None:
            _check_url(self.vendor_url)

    @property
    def stack_name(self) -> str:
        """The name of the app's stacks, without their stage."""
        return stack_name(self.key)

    def _check_at(self, stage: str) -> None:
        descriptor = {
            "key": f"{self.key}{{{{keySuffix}}}}",
            "name": f"{self.name}{{{{nameSuffix}}}}",
            "baseUrl": "https://app.example.com",
            "authentication": {"type": "jwt"},
            "lifecycle": {"installed": "/lifecycle/installed"},
        }
        filled = at_stage(descriptor, stage)
        try:
            read_descriptor(filled)
        except DescriptorInvalid as invalid:
            raise CommandError(
                f"Jira would refuse the stage {stage}, where the key is {filled['key']!r} and the name "
                f"{filled['name']!r}: {invalid}"
            ) from invalid


def stack_name(key: str) -> str:
    """Return the name of stacks for an app: the last part of its key, in letters, digits and hyphens."""
    last = re.sub(r"[^A-Za-z0-9]+", "-", key.rpartition(".")[2] or key).strip("-")
    return (last if last[:1].isalpha() else f"app-{last}")[:_LONGEST_STACK_NAME].rstrip("-")


def _check_text(option: str, value: str) -> None:
    if placeholder := first_placeholder(value):
        raise CommandError(f"{option} contains {described(placeholder)}: a stage's suffix is added by itself")
    if not value.isprintable() or value != value.strip() or not value:
        raise CommandError(f"{option} must be text on one line, without spaces at its ends")


def _check_url(url: str) -> None:
    try:
        parts = parse_url(url)
    except LocationParseError as malformed:
        raise CommandError("--vendor-url is not a URL") from malformed
    if parts.scheme not in {"http", "https"} or not parts.host or not url.isprintable() or " " in url:
        raise CommandError("--vendor-url must be an http or https URL")
