"""Every code with its cause and its cure, in a sentence each; `docs/why-is-it-401.md` has the whole story."""

from connect_jwt.diagnosis.findings import Certainty, Finding

CATALOGUE: dict[str, tuple[str, str]] = {
    # who
    "iss-is-client-key": (
        "Jira looks the issuer up among the keys of installed apps, and the clientKey is no app's key.",
        "Sign with iss = your descriptor's key. The clientKey is the issuer only when Jira calls the app.",
    ),
    "iss-unknown": (
        "The receiver knows no such issuer.",
        "Towards Jira, iss is exactly the descriptor's key, with no prefix; towards the app, the clientKey.",
    ),
    "iss-is-app-key": (
        "A request to the app is issued by a site, so iss must be a clientKey.",
        "Sign what goes to the app as the site does: iss = clientKey.",
    ),
    "sub-present": (
        "A sub was once impersonation; today Jira ignores it, or refuses the token with 401 or 403.",
        "Leave sub out. To act as a user, exchange a JWT-bearer assertion for an access token.",
    ),
    "client-key-mismatch": (
        "The token was made for another site than the body speaks of.",
        "Send each site's token with that site's own payload.",
    ),
    "app-key-mismatch": (
        "The payload is meant for another app.",
        "Check which descriptor the site has installed; every stage has a key of its own.",
    ),
    "app-not-installed": (
        "The request is right, so to Jira the app is not installed and enabled on this site.",
        "See whether it is disabled or uninstalled there; else its secret is out of sync: install it again.",
    ),
    "secret-out-of-sync": (
        "Jira keeps refusing requests that are right by the secret it gave the app.",
        "Install the app again on that site: Jira then sends a new secret.",
    ),
    # with which secret
    "secret-mismatch": (
        "The signature was not made with the site's sharedSecret.",
        "Sign with the sharedSecret of the last installed payload of this site, as it is.",
    ),
    "secret-previous": (
        "A reinstall has replaced this secret; Jira no longer accepts it.",
        "Overwrite the stored secret on every installed, and read it afresh when Jira answers 401.",
    ),
    "secret-is-base64-decoded": (
        "The key is the UTF-8 bytes of the sharedSecret, not what they decode to.",
        "Use the sharedSecret as the string it is; do not base64-decode it.",
    ),
    "secret-of-another-tenant": (
        "Each site has a secret of its own.",
        "Look the secret up by this site's clientKey.",
    ),
    "signature-mismatch": (
        "The signature was not made with the private half of the key that kid names.",
        "Only Atlassian can sign this request; if it did, the request was changed on its way.",
    ),
    # for which request
    "qsh-missing": (
        "Without qsh the token is bound to no request.",
        "Add qsh, the hash of the canonical request.",
    ),
    "qsh-mismatch": (
        "The token is bound to another request than the one it came with.",
        "Hash METHOD&path&query of exactly what is sent; `connect qsh METHOD URL` shows it.",
    ),
    "qsh-context-path": (
        "The path that is hashed begins after the base URL's own path.",
        "Leave the base URL's path (such as /wiki or /jira) out of the canonical request, and nothing else.",
    ),
    "qsh-full-url": ("Scheme and host are no part of the canonical request.", "Hash the path only."),
    "qsh-query-missing": (
        "All parameters that are sent are hashed, and only those.",
        "Hash the query that is sent; add no parameter after signing.",
    ),
    "qsh-query-encoding": (
        "Names and values are percent-encoded: space %20, + %2B, * %2A, upper-case hex, a bare ~.",
        'Encode with quote(text, safe="-._~"), once, and let no HTTP client encode again.',
    ),
    "qsh-repeated-values": (
        "A repeated parameter is one entry, its values sorted as they are and joined by a literal comma.",
        "Write name=first,second; a comma inside a value is %2C.",
    ),
    "qsh-parameter-order": (
        "Parameters are sorted by their encoded names.",
        "Sort by encoded name, by code unit, before joining.",
    ),
    "qsh-trailing-slash": (
        "The hashed path does not end in a slash.",
        "Remove one trailing slash from the path.",
    ),
    "qsh-method": ("The method is part of the hash, in upper case.", "Sign for the method that is sent."),
    "qsh-stage-prefix": (
        "The stage in the app's base URL is no part of the hashed path.",
        "Cut the base URL's path, stage included, off the path before hashing.",
    ),
    "qsh-jwt-parameter-included": (
        "The token cannot hash itself.",
        "Leave the parameter jwt out of the hash.",
    ),
    "qsh-decoded-path": (
        "One side hashed the path as it is sent, the other as it reads when percent-decoded.",
        "Hash the path as it is sent; best use paths that have nothing to encode.",
    ),
    "qsh-form-body": (
        "Jira's servlet counts the fields of a form among the query's parameters, and the token does not.",
        "Send JSON.",
    ),
    "form-encoded-body": (
        "Jira's servlet counts the fields of a form among the query's parameters.",
        "Send JSON; never a form with a Connect token.",
    ),
    "qsh-is-context": (
        "A context token is bound to no request, and is taken from a page in the browser only.",
        "Compute qsh for this request.",
    ),
    "qsh-is-not-context": (
        "A page's own calls carry a context token, whose qsh is the literal context-qsh.",
        "Get the token with AP.context.getToken().",
    ),
    # when
    "expired": (
        "The token was past its time.",
        "Sign just before sending, once per attempt, and set the clock.",
    ),
    "not-yet-valid": (
        "By the receiver's clock the token is from the future.",
        "Set the clock of the sender.",
    ),
    "lifetime-too-long": ("The token is valid for too long.", "Let exp be iat + 180."),
    "exp-missing": ("A token must say when it ends.", "Add exp, in whole Unix seconds: iat + 180."),
    "iat-missing": ("A token must say when it was made.", "Add iat, in whole Unix seconds."),
    "time-not-integer": (
        "Times are whole numbers of seconds.",
        "Use int(time.time()): no float, no string, no ms.",
    ),
    # how
    "alg-not-hs256": (
        "This request is signed HS256 and with nothing else.",
        "Sign with HS256 and the sharedSecret.",
    ),
    "alg-not-rs256": (
        "Atlassian signs installed and uninstalled itself: RS256, with a key of its own.",
        "Nobody but Atlassian can make this token; take it for forged.",
    ),
    "alg-none": ("The token is not signed.", "Sign it."),
    "crit-not-understood": (
        "What crit names must be understood, and Connect and Forge know no extension of the header.",
        "Leave crit out of the header. Atlassian never sends it: towards the app, take it for forged.",
    ),
    "scheme-not-jwt": (
        "The scheme of a Connect token is the word JWT; Bearer is for OAuth and Forge tokens.",
        "Send Authorization: JWT <token>.",
    ),
    "oauth-token-with-jwt-scheme": (
        "This is an access token of OAuth or Forge, not a Connect token.",
        "Send it as Authorization: Bearer <token>, to api.atlassian.com/ex/jira/<cloudId>.",
    ),
    "token-missing": (
        "The request carries no token.",
        "Send Authorization: JWT <token>; see whether a proxy drops it.",
    ),
    "token-twice": ("Two different tokens leave open which one counts.", "Send one token, in one place."),
    "token-malformed": (
        "It is no compact JWT of three parts.",
        "Send the whole token, unchanged, and nothing around it.",
    ),
    "token-too-large": ("No token of Jira's is anywhere near this size.", "Keep a token below 8 KiB."),
    "kid-missing": ("An install's token names the key it was signed with.", "Take it for forged."),
    "kid-unknown": (
        "None of the cloud's key hosts has such a key.",
        "See whether AtlassianCloud is the site's cloud; else take it for forged.",
    ),
    "kid-unsafe": (
        "A kid becomes part of the URL that the key is fetched from, and this one could lead elsewhere.",
        "One to eight words of letters, digits and ._+-, joined by single slashes, are taken.",
    ),
    # for whom
    "aud-missing": ("An install's token names the app that it is for.", "Take it for forged."),
    "aud-mismatch": (
        "The install was meant for another app, or for another address of this one.",
        "Set the app's base URL to exactly what its descriptor says.",
    ),
    "wrong-host": (
        "A token is good for the site whose secret signed it, at that site's own address.",
        "Call the baseUrl of the site's last installed payload; api.atlassian.com takes no Connect token.",
    ),
    # what for
    "scope-missing": (
        "The descriptor does not ask for what this call needs.",
        "Add the scope to the descriptor.",
    ),
    "ip-not-allowed": (
        "The site's IP allow-list does not have the address that the call came from.",
        "Have the site's administrator add the app's addresses to the list.",
    ),
    "xsrf-check": (
        "Jira takes a call like this only with the word of its sender that no form in a browser has sent it.",
        "Send the header X-Atlassian-Token: no-check.",
    ),
    "captcha": (
        "Jira does not look at who is calling until somebody has solved a CAPTCHA.",
        "Call with the app's own token; a user has to log in to Jira in a browser first.",
    ),
    "blocked-by-policy": (
        "A policy of the organization keeps apps away from this content.",
        "Have an organization administrator allow the app in its data security policies.",
    ),
    "site-unavailable": (
        "The site is suspended or cannot be reached at Atlassian just now.",
        "Wait; see status.atlassian.com, and whether the site's subscription has ended.",
    ),
    "site-moved": (
        "The site was renamed, and a signature is for one address only.",
        "Wait for Jira to send installed with the new address, or install the app again.",
    ),
    "needs-admin": (
        "This part of the API is for administrators, and the app's user is none.",
        "Ask for the ADMIN scope, or call it as a user who is one.",
    ),
}


def finding(code: str, certainty: Certainty, seen: str) -> Finding:
    """A finding with what the catalogue says of its code."""
    why, fix = CATALOGUE[code]
    return Finding(code, certainty, seen, why, fix)
