"""Fixes for requests that Jira sent: the advice goes to the app, not to the sender.

Jira makes its tokens correctly. If one is refused, the app hashes, stores or reads something wrongly, or the
request is not Jira's. In a test that plays Jira the sender can be fixed; the documentation says how.
"""

from dataclasses import replace

from connect_jwt.diagnosis.findings import Diagnosis

_OWN_ADDRESS = (
    "Jira hashes the path below the descriptor's baseUrl: see BaseUrl, the stage and what a proxy rewrites."
)
_OWN_QUERY = "Hash the query as it arrives, undecoded: see what a proxy or a framework makes of it."
_NOT_JIRAS = "Jira's tokens are not so: take it for forged, unless it is a test of your own."
CURES = {
    "expired": "Set the app's clock; else it was held back on its way, or somebody has sent it again.",
    "not-yet-valid": "Set the app's clock.",
    "secret-mismatch": "See in the log whether this site's installed was refused; have Jira send it again.",
    "secret-previous": "Nothing, for some minutes after a reinstall; later, see who uses the old one.",
    "secret-of-another-tenant": "Look the secret up by the iss of the token, and by nothing else.",
    "secret-not-verbatim": "Keep sharedSecret as installed brings it, byte for byte.",
    "secret-is-base64-decoded": "Keep sharedSecret as it is, and do not decode it, before verifying either.",
    "iss-unknown": "See in the log whether the site's installed was refused; have Jira send it again.",
    "scheme-not-jwt": "Jira writes JWT, so it is not Jira's: in a page, send Authorization: JWT <token>.",
    "token-missing": "Jira sends one: see whether a proxy drops it; else it is a scanner, and 401 is right.",
    "token-decorated": _NOT_JIRAS,
    "token-malformed": "Jira sends the token whole: see whether a proxy cuts it off or changes it.",
    "token-misplaced": "Jira uses the header and the parameter jwt: see what rewrites it, or who sends it.",
    "token-too-large": _NOT_JIRAS,
    "token-twice": "Jira sends one: see whether the URL in the descriptor, or a proxy, brings another.",
    "signature-missing": _NOT_JIRAS,
    "signature-not-base64url": _NOT_JIRAS,
    "signature-not-hs256": _NOT_JIRAS,
    "secret-is-another-value": _NOT_JIRAS,
    "alg-none": _NOT_JIRAS,
    "alg-not-hs256": "Jira signs this one HS256: let installed and uninstalled have routes of their own.",
    "lifetime-too-long": _NOT_JIRAS,
    "exp-missing": _NOT_JIRAS,
    "iat-missing": _NOT_JIRAS,
    "time-not-integer": _NOT_JIRAS,
    "time-not-in-seconds": _NOT_JIRAS,
    "qsh-missing": _NOT_JIRAS,
    "qsh-is-context": "Take it at /api/ only: it is a page's. Anywhere else it is somebody's try.",
    "qsh-mismatch": _OWN_ADDRESS,
    "qsh-context-path": _OWN_ADDRESS,
    "qsh-stage-prefix": "Let BaseUrl, the descriptor's baseUrl and the public URL have the stage, or none.",
    "qsh-full-url": _NOT_JIRAS,
    "qsh-query-missing": "A proxy has added or dropped parameters: let the query through as it comes.",
    "qsh-query-encoding": _OWN_QUERY,
    "qsh-repeated-values": _OWN_QUERY,
    "qsh-parameter-order": _OWN_QUERY,
    "qsh-decoded-path": "Accept the hash of the path as it came and decoded; best use plain paths.",
    "qsh-trailing-slash": "Write the descriptor's URLs without a slash at the end, and let no proxy add one.",
    "qsh-method": "See what changes the method on the way, such as a redirect in front of the app.",
    "qsh-jwt-parameter-included": _NOT_JIRAS,
    "qsh-body-hashed": _NOT_JIRAS,
    "qsh-separators": _NOT_JIRAS,
    "qsh-not-hex": _NOT_JIRAS,
    "qsh-other-digest": _NOT_JIRAS,
    "qsh-not-hashed": _NOT_JIRAS,
    "qsh-part-missing": _NOT_JIRAS,
    "qsh-letter-case": "See what changes the letters of the URL on the way.",
    "app-not-installed": "The app does not know this site, or not its secret: have installed sent again.",
}


def for_the_app(diagnosis: Diagnosis) -> Diagnosis:
    """Return the diagnosis with fixes for whoever runs the app."""
    findings = (replace(found, fix=CURES.get(found.code, found.fix)) for found in diagnosis.findings)
    return replace(diagnosis, findings=tuple(findings))
