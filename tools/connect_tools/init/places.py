"""The places where an app's key, name and vendor stand, and how each is changed.

A place that says something else than the app's former key or name is its owner's, and stays.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connect_jira.descriptor import PRODUCTION, at_stage
from connect_tools.init.identity import AppIdentity, stack_name
from connect_tools.init.scalars import Path, replaced, scalars, value_at

DESCRIPTOR = "descriptor/atlassian-connect.json"
TEMPLATE = "template.yaml"

_KEY_SUFFIX, _NAME_SUFFIX = "{{keySuffix}}", "{{nameSuffix}}"
_KEYS_BY_STAGE = ("Mappings", "App", "Key")
_DESCRIPTION: Path = ("Description",)
_PURPOSE = ": the whole backend of a Jira Cloud app"
_CONTENT_LENGTH = re.compile(r'(?<="content-length": ")\d+(?=")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """The keys and names that the repository has had so far.

    There are two of each if a run was interrupted: it changes the template first, and the descriptor last.
    """

    keys: frozenset[str]
    names: frozenset[str]

    def __or__(self, other: "Former") -> "Former":
        return Former(keys=self.keys | other.keys, names=self.names | other.names)


type Change = Callable[[str, Former, AppIdentity], str]


def in_descriptor_before(text: str) -> Former:
    """Return the key and the name that a descriptor has.

    Raises:
        CommandError: it is malformed, or has none
    """
    nodes = scalars(text)
    return Former(
        keys=frozenset({value_at(nodes, ("key",)).removesuffix(_KEY_SUFFIX)}),
        names=frozenset({value_at(nodes, ("name",)).removesuffix(_NAME_SUFFIX)}),
    )


def in_template_before(text: str) -> Former:
    """Return the key and the name that a template has.

    Raises:
        CommandError: it is malformed, or has no key
    """
    nodes = scalars(text)
    description = nodes[_DESCRIPTION].value if _DESCRIPTION in nodes else ""
    return Former(
        keys=frozenset({value_at(nodes, (*_KEYS_BY_STAGE, PRODUCTION))}),
        names=frozenset({description.removesuffix(_PURPOSE)} if description.endswith(_PURPOSE) else ()),
    )


def in_template(text: str, former: Former, identity: AppIdentity) -> str:
    """Change the key of each stage, and the stack's description."""
    values: dict[Path, str] = {}
    for path, node in scalars(text).items():
        if path[:-1] == _KEYS_BY_STAGE:
            values[path] = at_stage({"key": f"{identity.key}{_KEY_SUFFIX}"}, str(path[-1]))["key"]
        if path == _DESCRIPTION and node.value in {f"{name}{_PURPOSE}" for name in former.names}:
            values[path] = f"{identity.name}{_PURPOSE}"
    return replaced(text, values)


def in_samconfig(text: str, former: Former, identity: AppIdentity) -> str:
    """Change the stacks' names, the folders that their artifacts are in, and the tag with the app's key."""
    names = "|".join(re.escape(stack_name(key)) for key in former.keys)
    keys = "|".join(re.escape(key) for key in former.keys)
    assigned = re.compile(rf'^((?:stack_name|s3_prefix) *= *")(?:{names})(?=-[a-z]+")', re.MULTILINE)
    tagged = re.compile(rf'^(tags *=.*"app=)(?:{keys})(?=")', re.MULTILINE)
    text = assigned.sub(lambda found: f"{found[1]}{identity.stack_name}", text)
    return tagged.sub(lambda found: f"{found[1]}{identity.key}", text)


def in_readme(text: str, former: Former, identity: AppIdentity) -> str:
    """Change the title, and the key in what `make demo` prints."""
    title, line_end, rest = text.partition("\n")
    if title.rstrip().removeprefix("# ") in former.names:
        title = f"# {identity.name}{title[len(title.rstrip()) :]}"
    return _with_key(f"{title}{line_end}{rest}", r"^    iss +", former, identity)


def in_event(text: str, former: Former, identity: AppIdentity) -> str:
    """Change the key in a sample event's body, and the length of the body."""
    changed = _with_key(text, r'\\"key\\":\\"', former, identity)
    if changed == text:
        return text
    return _CONTENT_LENGTH.sub(str(_body_length(changed)), changed)


def in_peers_descriptor(text: str, former: Former, identity: AppIdentity) -> str:
    """Change the key by which a peer of the measurements takes the sample events."""
    return _with_key(text, r'"key": "', former, identity)


def in_descriptor(text: str, former: Former, identity: AppIdentity) -> str:
    """Change key, name and vendor, and the name of a module that is called like the app.

    Raises:
        CommandError: it is malformed, or has no vendor
    """
    nodes = scalars(text)
    values: dict[Path, str] = {
        ("key",): identity.key + _ending(value_at(nodes, ("key",)), _KEY_SUFFIX),
        ("name",): identity.name + _ending(value_at(nodes, ("name",)), _NAME_SUFFIX),
        ("vendor", "name"): identity.vendor,
    }
    if identity.vendor_url is not None:
        values["vendor", "url"] = identity.vendor_url
    for path, node in nodes.items():
        if path[0] == "modules" and path[-2:] == ("name", "value") and node.value in former.names:
            values[path] = identity.name
    return replaced(text, values)


def _with_key(text: str, before: str, former: Former, identity: AppIdentity) -> str:
    """The text with the key of the stage dev changed, where it stands behind a pattern."""
    keys = "|".join(map(re.escape, former.keys))
    behind = re.compile(rf"({before})(?:{keys})(?=-dev(?![\w.-]))", re.MULTILINE)
    return behind.sub(lambda found: found[1] + identity.key, text)


def _ending(value: str, suffix: str) -> str:
    return suffix if value.endswith(suffix) else ""


def _body_length(event: str) -> int:
    parsed: dict[str, Any] = json.loads(event)
    return len(parsed["body"].encode())
