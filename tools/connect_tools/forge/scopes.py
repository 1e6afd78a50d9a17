"""Scopes of a manifest for those of the descriptor.

Connect's scopes go on under other names while Connect lasts. What the app does with Forge tokens needs scopes
of Forge's own, by the table of `connect_jwt.scopes`.
"""

from collections.abc import Iterable

from connect_jwt.scopes import FORGE_SCOPES, is_granted

TOKEN_SCOPES = ("read:app-system-token", "read:app-user-token")
"""Without these Forge brings no tokens to call Jira with: the app's own, and those of a page's user."""

_WITHOUT_COUNTERPART = {
    "ACT_AS_USER": "to act as a user in the background Forge asks for allowImpersonation on each scope",
    "ACCESS_EMAIL_ADDRESSES": "Forge has no classic scope for it; if it is used, add read:email-address:jira",
}


def connect_scopes(scopes: Iterable[str]) -> list[str]:
    """The descriptor's own, by their names in a manifest: `ACT_AS_USER` is `act-as-user:connect-jira`."""
    return [
        f"{scope.lower().replace('_', '-')}:connect-jira"
        for scope in map(str.upper, scopes)
        if scope != "NONE"
    ]


def native_scopes(scopes: Iterable[str], notes: list[str]) -> list[str]:
    """Return the scopes that the app needs to do with Forge tokens what it does as a Connect app.

    Args:
        scopes: the descriptor's
        notes: takes a sentence for each scope that has no counterpart, or one that goes beyond it
    """
    asked_for = {scope.upper() for scope in scopes}
    notes += [
        f"scope {scope}: {_WITHOUT_COUNTERPART[scope]}"
        for scope in sorted(asked_for & _WITHOUT_COUNTERPART.keys())
    ]
    if is_granted("WRITE", asked_for) and not is_granted("DELETE", asked_for):
        notes.append(
            "scope write:jira-work: it counts as DELETE, beyond the descriptor's own scopes; "
            "the administrators of sites that have the app are asked"
        )
    return [
        native
        for scope, natives in FORGE_SCOPES.items()
        if is_granted(scope, asked_for)
        for native in natives
    ]
