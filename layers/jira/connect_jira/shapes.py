"""Shape of a JSON value: names, nesting and types of its members; never a value.

A shape maps the path of each member, such as `body.issue.fields.summary` or `body.changelog.items[].field`,
to its forms: `string`, `integer`, `object` and so on; for some strings also their format, such as
`string uuid`. Values are shown only at the few paths where Atlassian documents all possible ones, such as
`token.header.alg`, and only if they look like one of those.

A name can be a value, too: the names of a map are people, projects or text that an app has written. Names
that do not look like a schema's become `<key>`, and nothing below them is read; nor is anything below members
that are known to hold maps or app data.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

type Shape = dict[str, set[str]]
"""Forms seen, by path."""

LONGEST_NAME = 31
"""Shorter than any shared secret: an install with one of less than 32 bytes is refused."""

MAX_MEMBERS = 400
"""Maximum number of members of one shape; the rest is ignored."""

_DEEPEST = 12
_MAX_ITEMS = 50
_MAX_DIGITS = 3
_HIDDEN = "<key>"
_NAME = re.compile(rf"(?=.{{1,{LONGEST_NAME}}}\Z)[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", re.ASCII)
_HEADER = re.compile(r"(?=.{1,48}\Z)[a-z][a-z0-9]{0,19}(-[a-z0-9]{1,20})*", re.ASCII)
_CLOSED = frozenset(
    """<key> attrs config configuration entityProperties errors fieldValue names parameters params permissions
    properties property renderedFields roles schema value""".split()  # noqa: SIM905
)
"""Members that hold maps, data of apps or users, or names that are themselves values."""

_EVENT = r"installed|uninstalled|enabled|disabled|avi(:[a-z-]{1,30}){2,5}"
_MEDIA_TYPE = r"(application/(json|x-pem-file)|text/(plain|html))(; ?charset=utf-8)?"
_CONSTANTS = {
    path: re.compile(pattern, re.ASCII | re.IGNORECASE)
    for path, pattern in {
        "body.eventType": _EVENT,
        "body.keys[].alg": "[A-Z]{2}[0-9]{3}",
        "body.keys[].kty": "RSA|EC",
        "body.keys[].use": "sig|enc",
        "body.productType": "jira|confluence",
        "body.webhookEvent": "(jira:)?[a-z]{1,20}(_[a-z]{1,20}){0,6}",
        "header.content-type": _MEDIA_TYPE,
        "header.ratelimit-reason": "jira(-[a-z]{1,20}){1,5}",
        "header.x-atlassian-webhook-flow": "Primary|Secondary",
        "header.x-failure-category": "FAILURE([_ ][A-Z]{1,20}){1,6}",
        "token.claims.app.environment.type": "DEVELOPMENT|STAGING|PRODUCTION",
        "token.claims.app.module.type": "[a-z]{1,30}:[a-z]{1,30}",
        "token.claims.context.accountType": "licensed|unlicensed|customer|anonymous",
        "token.claims.context.environmentType": "DEVELOPMENT|STAGING|PRODUCTION",
        "token.claims.context.extension.type": "([a-z]{1,30}:)?[a-z]{1,30}",
        "token.claims.iss": "forge/invocation-token",
        "token.claims.qsh": "context-qsh",
        "token.header.alg": "[A-Z]{2}[0-9]{3}|none",
        "token.header.typ": "JWT",
    }.items()
}
_FORMS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
}
_KINDS = {
    "empty": re.compile(""),
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
    "ari": re.compile(r"ari:cloud:\S+"),
    "url": re.compile(r"https?://\S+"),
    "jwt": re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
    "digits": re.compile(r"[0-9]+"),
    "time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+-][0-9:]+|Z)?"),
}

_PATH_WORDS = frozenset(
    """1 1.0 2 3 addon addons agile api app application-properties applicationrole
    approximate-count archive assignable assignee atlassian-connect attachment attachments
    avatar avatars backlog board bulk bulkfetch changelog columns comment component
    components configuration context contexts createmeta customer dashboard dynamic editmeta
    epic eval evaluate events expression failed field fields filter forge group groups issue
    issueLink issueLinkType issuetype issuetypes jql label latest license list match member
    migration mypermissions mypreferences myself notify option options organization parse
    permissions permissionscheme picker priority project properties rank recent refresh
    remotelink request resolution rest restore role roles sanitize screens search
    securitylevel serverInfo servicedesk servicedeskapi settings sprint status
    statuscategory statuses task transitions type user users version versions vote votes
    watchers webhook workflow worklog worklogs""".split()  # noqa: SIM905
)
"""Words of Jira's own paths: https://developer.atlassian.com/cloud/jira/platform/rest/v3/"""


def json_shape(value: object, path: str) -> Shape:
    """Return the shape of a JSON value.

    Args:
        value: from `json.loads`
        path: of the value, such as `body`
    """
    shape: Shape = defaultdict(set)
    _look(value, path, shape, _DEEPEST)
    return dict(shape)


def names_shape(values: Iterable[tuple[str, str]], section: str) -> Shape:
    """Return the shape of headers or of query parameters.

    Args:
        values: names and values; headers' in lower case
        section: `header` or `query`
    """
    pattern = _HEADER if section == "header" else _NAME
    shape: Shape = defaultdict(set)
    for name, value in islice(values, MAX_MEMBERS):
        path = f"{section}.{_shown(name, pattern)}"
        shape[path].add(_constant(value, path) or "string")
    return dict(shape)


def event_of(shape: Shape) -> str | None:
    """Return the event's name in a shape, if it has one."""
    for path in ("body.webhookEvent", "body.eventType"):
        for form in shape.get(path, ()):
            _, is_constant, event = form.partition(" = ")
            if is_constant:
                return event
    return None


def path_template(path: str) -> str:
    """Return a path of Jira's REST API with everything but Jira's own words replaced.

    Args:
        path: without its query; a prefix before `/rest/` is dropped
    """
    start = path.find("/rest/")
    segments = path[max(start, 0) :].split("/")[:_DEEPEST]
    return "/".join(each if not each or each in _PATH_WORDS else "{…}" for each in segments)


def _look(value: Any, path: str, shape: Shape, depth: int) -> None:  # noqa: ANN401 - any JSON value
    if path not in shape and len(shape) >= MAX_MEMBERS:
        return
    shape[path].add(_form(value, path))
    if depth == 0 or path.rpartition(".")[2] in _CLOSED:
        return
    match value:
        case dict():
            for name, member in islice(value.items(), MAX_MEMBERS):
                _look(member, f"{path}.{_shown(name, _NAME)}", shape, depth - 1)
        case list():
            for item in value[:_MAX_ITEMS]:
                _look(item, f"{path}[]", shape, depth - 1)
        case _:
            pass


def _shown(name: str, pattern: re.Pattern[str]) -> str:
    is_shown = pattern.fullmatch(name) and sum(map(str.isdigit, name)) <= _MAX_DIGITS
    return name if is_shown else _HIDDEN


def _form(value: Any, path: str) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _constant(value, path) or _string(value)
    return _FORMS[type(value)]


def _constant(value: str, path: str) -> str | None:
    pattern = _CONSTANTS.get(path)
    return f"string = {value}" if pattern and pattern.fullmatch(value) else None


def _string(value: str) -> str:
    kind = next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(value)), None)
    return f"string {kind}" if kind else "string"
