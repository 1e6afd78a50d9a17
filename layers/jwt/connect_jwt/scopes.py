"""Which scope a REST call needs, and which scopes an app has.

https://developer.atlassian.com/cloud/jira/platform/scopes-for-connect-apps/
"""

from collections.abc import Set as AbstractSet

_LADDER = ("NONE", "READ", "WRITE", "DELETE", "PROJECT_ADMIN", "ADMIN")
"""Each scope implies those before it."""

SCOPES = frozenset([*_LADDER, "ACT_AS_USER", "ACCESS_EMAIL_ADDRESSES"])
"""What a descriptor may ask for."""

FORGE_SCOPES = {
    "READ": ("read:jira-work", "read:jira-user"),
    "WRITE": ("write:jira-work",),
    "DELETE": (),  # write:jira-work deletes, too
    "PROJECT_ADMIN": ("manage:jira-project",),
    "ADMIN": ("manage:jira-configuration",),
}
"""Forge's scopes for what each of the ladder allows beyond those before it.

The classic scopes, which span as much as Connect's do, by Atlassian's descriptions of both:
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
"""What reads by POST, since what it asks for is long. It costs like other reads."""


def scope_of(method: str, path: str) -> str:
    """The scope that a call needs."""
    if method in {"GET", "HEAD", "OPTIONS"} or (method == "POST" and path in _READING_POSTS):
        return "READ"
    return "DELETE" if method == "DELETE" else "WRITE"


def is_granted(scope: str, scopes: AbstractSet[str]) -> bool:
    """Whether an app that asks for these scopes has this one of the ladder, itself or by a higher one."""
    return not scopes.isdisjoint(_LADDER[_LADDER.index(scope) :])


def forge_scopes_of(scope: str) -> tuple[str, ...]:
    """The scopes of a Forge manifest, any of which may be what a scope of the ladder allows."""
    up_to = _LADDER[: _LADDER.index(scope) + 1]
    return next((scopes for step in reversed(up_to) if (scopes := FORGE_SCOPES.get(step))), ())
