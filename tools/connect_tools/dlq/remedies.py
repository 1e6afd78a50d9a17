"""Remedies for dead letters, by their reason."""

from connect_tools.dlq.message import (
    EFFECT_UNKNOWN,
    NOT_DELIVERED,
    REQUEST_FAILED,
    TOO_MANY_DELIVERIES,
    UNREADABLE,
)

_REMEDIES = {
    EFFECT_UNKNOWN: "Look in Jira whether it was done; if not, redrive it with --again.",
    "idempotency-key-reused": "Give each call a key of its own; redriving this one makes it after all.",
    "of-newer-code": "Deploy the code that has written it, then redrive it.",
    "too-deep": "Let the work end by itself, or ask for more at a time; then redrive it.",
    "poison-message": "Look for time-outs and killed processes in the log; mend the cause, then redrive it.",
    "out-of-time": "Let the reaction do less at a time (docs: In a reaction); then redrive it.",
    "app-not-installed": "The site does not have the app any more: there is nobody to do it for.",
    "secret-refused": "Install the app again on that site: installed ends the pause; then redrive it.",
    "paused-by-hand": "End the pause with connect tenants resume; then redrive it.",
    "secret-does-not-open": "Have Jira send installed again, which brings a new secret; then redrive it.",
    "temporarily-unavailable": "Redrive it once AWS answers again.",
    "module-type-unknown": "If Forge itself invokes such modules, deploy with the type in "
    "ExtraForgeModuleTypes; then redrive it.",
    "impersonation-refused": "See that the user exists and the descriptor asks for ACT_AS_USER, or "
    "by Forge alone that the manifest's scopes have allowImpersonation: true; redrive it.",
    "request-malformed": "As it is it fails every time: ask for the call again, as one that can be made.",
    "message-unreadable": "Read the explanation and see to it by hand: redriving it will not help.",
    "scope-missing": "Add the scope that the explanation names, have the site approve it, then redrive it.",
    "ip-not-allowed": "Have the site's administrator add the app's addresses to its list; then redrive it.",
    "xsrf-check": "As it is it fails every time: send it with the header X-Atlassian-Token: no-check.",
    "captcha": "Jira wants somebody to log in to it in a browser; redrive it afterwards.",
    "blocked-by-policy": "Have the organization's administrator allow the app there; then redrive it.",
    "site-unavailable": "Redrive it once the site answers again; it may have been given up for good.",
    "site-moved": "Have Jira send installed from the new address: install the app again; then redrive it.",
    "answer-unusable": "Something between the app and Jira has answered, or Jira has changed: see the log.",
    "jira-401": "Run connect doctor --stack NAME --client-key C; when it gets through, redrive it.",
    "jira-403": "Give the app the scope or the project permission that it lacks; then redrive it.",
    "jira-404": "What it is about is gone, or hidden from the app: redrive it only if that has changed.",
    "jira-429": "Redrive it once Jira's limits allow; the log says which limit it met.",
    TOO_MANY_DELIVERIES: "No worker lived to decide on it: look for time-outs in the log, then redrive it.",
    NOT_DELIVERED: "See the explanation; once the function can be invoked again, redrive it.",
    REQUEST_FAILED: "If the cause has passed, redrive it; if not, ask for the call again in another way.",
    UNREADABLE: "Nothing here has written it, and it cannot be redriven: look where it comes from.",
}
_OTHERS = "See the explanation and the log of jira_calls, mend the cause, then redrive it."


def remedy(reason: str) -> str:
    """Return the remedy, in a sentence."""
    return _REMEDIES.get(reason, _OTHERS)
