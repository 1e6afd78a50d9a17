"""Parts of a token that findings are about, so that they can be marked where the token is shown."""

import re
from collections.abc import Iterable

from connect_jwt.diagnosis import Finding

_BY_PREFIX = {
    "iss-": ("claims.iss",),
    "client-key-mismatch": ("claims.iss",),
    "user-assertion": ("claims.iss",),
    "user-key-gone": ("claims.sub",),
    "invocation-token-": ("claims.iss",),
    "sub-present": ("claims.sub",),
    "qsh-": ("claims.qsh",),
    "form-encoded-body": ("claims.qsh",),
    "aud-": ("claims.aud",),
    "alg-": ("header.alg",),
    "crit-": ("header.crit",),
    "kid-": ("header.kid",),
    "signature-": ("signature",),
    "secret-": ("signature",),
    "expired": ("claims.exp",),
    "exp-missing": ("claims.exp",),
    "iat-missing": ("claims.iat",),
    "lifetime-too-long": ("claims.iat", "claims.exp"),
}
_TIMES = ("not-yet-valid", "time-")
_NAMED = re.compile(r"(iat|exp|nbf) is ")


def marks(findings: Iterable[Finding]) -> dict[str, str]:
    """The code of the first finding for each part that one is about: `header.alg`, `claims.iss`, `signature`.

    A finding about the request and not the token has none.
    """
    found: dict[str, str] = {}
    for finding in findings:
        for part in _parts(finding):
            found.setdefault(part, finding.code)
    return found


def _parts(finding: Finding) -> tuple[str, ...]:
    if finding.code.startswith(_TIMES):
        named = _NAMED.match(finding.seen)
        return (f"claims.{named[1]}",) if named else ()
    return next((parts for prefix, parts in _BY_PREFIX.items() if finding.code.startswith(prefix)), ())
