"""The variables in the URL of a webhook, such as `{issue.key}`, filled in from what it tells of.

https://developer.atlassian.com/cloud/jira/platform/webhooks/#variable-substitution
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from connect_local.jira.entities import Json

_VARIABLE = re.compile(r"\$?\{([\w.]+)\}", re.ASCII)


def filled_in(url: str, payload: Mapping[str, Json]) -> str:
    """The URL with a value, percent-encoded, for each variable; with nothing for one that has none.

    Args:
        url: as the descriptor has it
        payload: of the webhook, in which `issue.key` names a member of a member
    """
    known = {"project": _member(payload, "issue.fields.project"), **payload}
    return _VARIABLE.sub(lambda variable: quote(_text(_member(known, variable[1])), safe=""), url)


def _member(value: Json, path: str) -> Json:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Json) -> str:
    return str(value) if isinstance(value, str | int) else ""
