"""Placeholders in a descriptor, filled in."""

from typing import Any

from connect_cli.descriptor_placeholders import first_placeholder
from connect_jira.descriptor import fill_in


def with_member(descriptor: dict[str, Any], member: str, value: str) -> dict[str, Any]:
    """The descriptor with another value of a member; if that was a placeholder, then wherever it stands."""
    placeholder = first_placeholder(descriptor.get(member))
    if placeholder is not None and placeholder == descriptor[member]:
        descriptor = fill_in(descriptor, {placeholder: value})
    return descriptor | {member: value}
