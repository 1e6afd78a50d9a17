"""Everything this project raises on purpose, as one tree.

    ConnectError                 has a `reason`: a stable slug for logs and metrics
    ├── TokenRefused             the sender's proof fails, finally
    │   ├── RefusedUnsigned      … by its own content; its signature was not checked
    │   └── SignatureMismatch    … with the secrets at hand; newer ones may verify it
    ├── KeyHostUnavailable       the proof cannot be checked just now
    ├── UrlNotSignable           a URL that this installation must not sign
    └── connect_jira.errors      what goes wrong beyond the token

The message is for the developer's log. It never holds a token, a secret or a query string, and it is never
sent to the sender of the request.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Reason to refuse a token, or to sign no URL. `connect_jwt.diagnosis` explains each."""

    ALG_NONE = "alg-none"
    ALG_NOT_HS256 = "alg-not-hs256"
    ALG_NOT_RS256 = "alg-not-rs256"
    AUD_MISMATCH = "aud-mismatch"
    AUD_MISSING = "aud-missing"
    CRIT_NOT_UNDERSTOOD = "crit-not-understood"
    EXPIRED = "expired"
    EXP_MISSING = "exp-missing"
    IAT_MISSING = "iat-missing"
    ISS_IS_APP_KEY = "iss-is-app-key"
    ISS_UNKNOWN = "iss-unknown"
    KEY_HOST_UNAVAILABLE = "key-host-unavailable"
    KID_MISSING = "kid-missing"
    KID_UNKNOWN = "kid-unknown"
    KID_UNSAFE = "kid-unsafe"
    LIFETIME_TOO_LONG = "lifetime-too-long"
    NOT_YET_VALID = "not-yet-valid"
    QSH_IS_CONTEXT = "qsh-is-context"
    QSH_IS_NOT_CONTEXT = "qsh-is-not-context"
    QSH_MISMATCH = "qsh-mismatch"
    QSH_MISSING = "qsh-missing"
    SCHEME_NOT_JWT = "scheme-not-jwt"
    SECRET_MISMATCH = "secret-mismatch"  # noqa: S105 - a slug
    SIGNATURE_MISMATCH = "signature-mismatch"
    TIME_NOT_INTEGER = "time-not-integer"
    TOKEN_MALFORMED = "token-malformed"  # noqa: S105 - a slug
    TOKEN_MISSING = "token-missing"  # noqa: S105 - a slug
    TOKEN_TOO_LARGE = "token-too-large"  # noqa: S105 - a slug
    TOKEN_TWICE = "token-twice"  # noqa: S105 - a slug
    WRONG_HOST = "wrong-host"


class ForgeReason(StrEnum):
    """Reason to refuse a Forge invocation token that does not apply to Connect tokens."""

    API_BASE_URL_REFUSED = "api-base-url-refused"
    APP_CLAIM_MALFORMED = "app-claim-malformed"
    FORGE_OFF = "forge-off"
    INSTALLATION_ID_MALFORMED = "installation-id-malformed"
    ISS_NOT_FORGE = "iss-not-forge"
    JTI_MISSING = "jti-missing"
    MODULE_TYPE_UNKNOWN = "module-type-unknown"
    NBF_MISSING = "nbf-missing"
    NOT_OF_A_PAGE = "not-of-a-page"
    OF_A_PAGE = "of-a-page"
    OF_DATA_RESIDENCY = "of-data-residency"
    PRODUCT_NOT_SERVED = "product-not-served"
    SCHEME_NOT_BEARER = "scheme-not-bearer"


class ConnectError(Exception):
    """The root of the tree.

    Attributes:
        reason: a stable slug, such as `qsh-mismatch`
        sentence: the error, without the slug
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.sentence = message


class TokenRefused(ConnectError):
    """The proof fails, and a retry of the same request will fail, too."""


class RefusedUnsigned(TokenRefused):
    """The token's own content is wrong; its signature was not checked."""


class SignatureMismatch(TokenRefused):
    """No known secret made this signature; the site may have a newer one."""


class KeyHostUnavailable(ConnectError):
    """Atlassian's key host did not answer; the same request may be accepted later."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.KEY_HOST_UNAVAILABLE, message)


class UrlNotSignable(ConnectError):
    """The URL is not on the installation's own site."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.WRONG_HOST, message)
