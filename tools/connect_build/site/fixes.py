"""The code that mends a fault, in Python and JavaScript: files of `site/fixes`, which tests run.

A fix shows the whole way right, since it is of no use to mend one claim and leave the next fault in.
"""

from dataclasses import dataclass

from connect_tools.project import PROJECT

FOLDER = PROJECT / "site" / "fixes"
_ENDINGS = {"python": "py", "javascript": "mjs"}


@dataclass(frozen=True, slots=True)
class Fix:
    """A way right.

    Attributes:
        name: of its files
        title: a heading
        codes: beginnings of the codes that it mends
    """

    name: str
    title: str
    codes: tuple[str, ...]

    def source(self, language: str) -> str:
        """Its code.

        Args:
            language: `python` or `javascript`
        """
        return (FOLDER / f"{self.name}.{_ENDINGS[language]}").read_text(encoding="utf-8").strip()


FIXES = (
    Fix(
        "sign_a_call",
        "Sign a call to Jira",
        (
            *("iss-is-client-key", "iss-unknown", "sub-present", "qsh-", "form-encoded-body"),
            *("secret-mismatch", "secret-previous", "secret-is-", "secret-of-", "secret-not-"),
            *(
                "signature-missing",
                "signature-not-",
                "expired",
                "not-yet-valid",
                "time-not-",
                "lifetime-too-long",
                "exp-missing",
            ),
            *("iat-missing", "alg-not-hs256", "alg-none", "crit-not-understood", "scheme-not-jwt"),
            *("token-decorated", "token-misplaced", "token-missing", "token-twice", "token-malformed"),
            *("token-too-large", "api-token", "wrong-host", "path-not-normal", "login-asked", "redirected"),
        ),
    ),
    Fix(
        "verify_a_webhook",
        "Verify what Jira sends",
        (
            *("iss-is-app-key", "secret-of-another-tenant", "client-key-mismatch", "qsh-stage-prefix"),
            *("qsh-decoded-path", "lifetime-too-long", "invocation-token-misrouted", "app-key-mismatch"),
        ),
    ),
    Fix(
        "verify_an_install",
        "Verify an install, and keep its secret",
        (
            *("alg-not-rs256", "kid-", "aud-", "signature-mismatch", "secret-previous", "secret-out-of-sync"),
            *("app-not-installed", "event-", "token-replayed", "base-url-refused", "secret-unusable"),
            *("site-moved", "app-key-mismatch"),
        ),
    ),
    Fix("verify_a_page_s_call", "Take a call of your page", ("qsh-is-", "access-token-to-app")),
    Fix("act_as_a_user", "Act as a user", ("sub-present", "user-assertion", "user-key-gone")),
    Fix(
        "call_with_an_access_token",
        "Call Jira with Forge's token, or a user's",
        (
            *("oauth-token-with-jwt-scheme", "invocation-token-to-jira", "access-token-refused"),
            *("scheme-not-bearer",),
        ),
    ),
    Fix(
        "call_again",
        "Wait, sign anew and call again",
        ("rate-limited", "receiver-failed", "site-unavailable"),
    ),
)


def fixes_of(code: str) -> list[Fix]:
    """The ways right for a code; none where no code mends it, such as a scope or an administrator's list."""
    return [fix for fix in FIXES if code.startswith(fix.codes)]
