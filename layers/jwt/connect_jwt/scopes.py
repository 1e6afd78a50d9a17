"""Which scope a REST call needs, and which scopes an app has.

https://developer.atlassian.com/cloud/jira/platform/scopes-for-connect-apps/
"""

from collections.abc import Set as AbstractSet

_LADDER = ("NONE", "READ", "WRITE", "DELETE", "PROJECT_ADMIN", "ADMIN")
"""Each scope implies those before it."""

SCOPES = frozenset([*_LADDER, "ACT_AS_USER", "ACCESS_EMAIL_ADDRESSES"])
"""What a descriptor may ask for."""

_READING_POSTS = {"/rest/api/3/permissions/check", "/rest/api/3/search", "/rest/api/3/search/jql"}


def scope_of(method: str, path: str) -> str:
    """The scope that a call needs."""
    if method in {"GET", "HEAD", "OPTIONS"} or (method == "POST" and path in _READING_POSTS):
        return "READ"
    return "DELETE" if method == "DELETE" else "WRITE"


def is_granted(scope: str, scopes: AbstractSet[str]) -> bool:
    """Whether an app that asks for these scopes has this one of the ladder, itself or by a higher one."""
    return not scopes.isdisjoint(_LADDER[_LADDER.index(scope) :])
