"""Scopes: the one that a REST call needs, and those that an app has.

https://developer.atlassian.com/cloud/jira/platform/scopes-for-connect-apps/
"""

from collections.abc import Set as AbstractSet

_LADDER = ("NONE", "READ", "WRITE", "DELETE", "PROJECT_ADMIN", "ADMIN")
"""Each scope implies those before it."""

SCOPES = frozenset([*_LADDER, "ACT_AS_USER", "ACCESS_EMAIL_ADDRESSES"])
"""Scopes that a descriptor may request."""

FORGE_SCOPES = {
    "READ": ("read:jira-work", "read:jira-user"),
    "WRITE": ("write:jira-work",),
    "DELETE": (),  # write:jira-work deletes, too
    "PROJECT_ADMIN": ("manage:jira-project",),
    "ADMIN": ("manage:jira-configuration",),
}
"""Forge's scopes for what each step of the ladder adds to those before it.

The classic scopes, which are as coarse as Connect's, by Atlassian's descriptions of both:
https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
By its own table, connect-to-oauth2-scope-equivalences, write:jira-work counts as DELETE.
"""

_READING_POSTS = {
    f"/rest/api/{version}/{resource}"
    for version in (2, 3)
    for resource in (
        *("changelog/bulkfetch", "comment/list", "expression/evaluate", "issue/bulkfetch", "jql/match"),
        *("jql/parse", "permissions/check", "permissions/project", "search", "search/approximate-count"),
        *("search/jql", "worklog/list"),
    )
}
"""Resources that are read by POST, since their query is long. They cost like other reads."""


def scope_of(method: str, path: str) -> str:
    """Return the scope that a call needs."""
    if method in {"GET", "HEAD", "OPTIONS"} or (method == "POST" and path in _READING_POSTS):
        return "READ"
    return "DELETE" if method == "DELETE" else "WRITE"


def is_granted(scope: str, scopes: AbstractSet[str]) -> bool:
    """Return whether these scopes include this one of the ladder, itself or by a higher one."""
    return not scopes.isdisjoint(_LADDER[_LADDER.index(scope) :])


def forge_scopes_of(scope: str) -> tuple[str, ...]:
    """Return the scopes of a Forge manifest any of which may allow what a scope of the ladder allows."""
    up_to = _LADDER[: _LADDER.index(scope) + 1]
    return next((scopes for step in reversed(up_to) if (scopes := FORGE_SCOPES.get(step))), ())
