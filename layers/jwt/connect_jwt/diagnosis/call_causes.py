"""Causes and fixes for calls that fail although their token is right."""

CALL_CAUSES = {
    "secret-out-of-sync": (
        "Jira keeps refusing requests that are right by the secret it gave the app.",
        "Install the app again on that site: Jira then sends a new secret.",
    ),
    "app-not-installed": (
        "The request is right, so to Jira the app is not installed and enabled on this site.",
        "See whether it is disabled or uninstalled there; else its secret is out of sync: install it again.",
    ),
    "scope-missing": (
        "The descriptor, or the manifest, does not ask for what this call needs.",
        "Add the scope there, to act as a user with allowImpersonation: true, and let the site approve it.",
    ),
    "needs-admin": (
        "This part of the API is for administrators, and the app's user is none.",
        "Ask for the ADMIN scope, or call it as a user who is one.",
    ),
    "path-not-normal": (
        "Jira answers 400 to a path with an empty segment, a dot or two dots for a segment.",
        "Write the path without // and without . and .. segments.",
    ),
    "login-asked": (
        "Jira sends to its login whom it does not know: it has seen no token.",
        "See whether the header arrives: a proxy, a redirect or the client may have dropped it.",
    ),
    "site-moved": (
        "The site was renamed, and a signature is for one address only.",
        "Wait for Jira to send installed with the new address, or install the app again.",
    ),
    "redirected": (
        "A token is bound to one path: what answers here sends the call to another.",
        "Call the final address, and sign for it.",
    ),
    "site-unavailable": (
        "The site is suspended or cannot be reached at Atlassian just now.",
        "Wait; see status.atlassian.com, and whether the site's subscription has ended.",
    ),
    "rate-limited": (
        "Jira has had too many calls: of this app, on this site, on this endpoint or on this issue.",
        "Wait for as long as Retry-After says, or with growing delays; then sign anew.",
    ),
    "ip-not-allowed": (
        "The site's IP allow-list does not have the address that the call came from.",
        "Have the site's administrator add the app's addresses to the list.",
    ),
    "xsrf-check": (
        "Jira takes a call like this only with the word of its sender that no form in a browser has sent it.",
        "Send the header X-Atlassian-Token: no-check.",
    ),
    "blocked-by-policy": (
        "A policy of the organization keeps apps away from this content.",
        "Have an organization administrator allow the app in its data security policies.",
    ),
    "captcha": (
        "Jira does not look at who is calling until somebody has solved a CAPTCHA.",
        "Call with the app's own token; a user has to log in to Jira in a browser first.",
    ),
    "access-token-refused": (
        "An access token ends, can be withdrawn, and is good at one host only.",
        "Get a new one; Forge's and OAuth's go to api.atlassian.com, a Connect app's user's to the site.",
    ),
    "not-found": (
        "It is not there, or the caller may not see it: Jira says 404 for both.",
        "See whether the app's user may browse it, and whether the path is right.",
    ),
    "call-not-understood": (
        "This status is about the call and not about who makes it.",
        "Read the answer's body; the token needs no change.",
    ),
    "receiver-failed": (
        "The receiver could not answer; this is not about who calls.",
        "Try again later. Of a call that must not be made twice, see first whether it had its effect.",
    ),
}
