"""Exceptions beyond the token's; a branch of the tree in `connect_jwt.errors`.

ConnectError
├── TokenRefused
│   ├── InvocationRefused        … of a request that claims to be Forge's
│   │   └── ProductNotServed     … and is, for an installation in another product than Jira
│   ├── DisabledWithoutToken     … of a `disabled` after the uninstall, which Jira does not sign
│   └── EventOutdated            a lifecycle event older than the last one, or with a used token
├── PayloadRefused               the sender is proved; the payload is not valid
│   └── InstalledElsewhere       … since it is for another product than Jira
├── RequestMalformed             a requested call that cannot be made as described
├── MessageUnreadable            a message of the queue that cannot be parsed
├── ModuleTypeUnknown            an event of unknown origin: it may or may not be Forge's own
├── OfNewerCode                  a message of the queue from newer code
├── SiteDisabled                 the site has disabled the app
├── SitePaused                   calls to the site are paused, by the worker or by hand
├── SiteInTrouble                every recent call to the site failed in the same way
├── SiteUninstalled              a hook of an uninstalled site asked for Jira
├── NotInstalled                 the app is not, or no longer, installed for this client key
├── ForgeTokenMissing            no valid token from Forge, and no other credentials
├── AwsNotConfigured             the environment asks for what the AWS client cannot do, or is incomplete
├── TemporarilyUnavailable       AWS did not answer: a retry may succeed
├── LimitedForNow                senders without a proof have used up what they may ask for now
├── OutOfTime                    no time is left to call Jira
├── TaskNotCompleted             Jira has begun a task, and has not completed it
├── BeingDone                    another worker does this work, or left it half done
├── EffectUnknown                work that is not idempotent was cut off
├── CursorRefused                a job returned a cursor that does not move, or is no JSON
├── IdempotencyKeyReused         different work with the same idempotency key
├── TooDeep                      work enqueued by work, too many times in a row
├── PoisonMessage                work that has killed the worker again and again
├── ImpersonationRefused         Atlassian does not let the app act as this user
├── UserUnproved                 a page's user is not proved, and Jira has to be asked as that user
├── Refused, AccessDenied        a page's call, by its function or for want of a permission; in `app`
├── SecretDoesNotOpen            the sealed secret is not this installation's, or its key is gone
└── JiraError                    see `connect_jira.jira.errors`
"""

from connect_jwt.errors import ConnectError, ForgeReason, TokenRefused


class EventOutdated(TokenRefused):
    """A lifecycle event that must not be applied any more."""


class InvocationRefused(TokenRefused):
    """A request that is not proved to be Forge's; the message says how to fix it."""


class ProductNotServed(InvocationRefused):
    """The app is installed, but not into Jira."""


class PayloadRefused(ConnectError):
    """The payload is not valid for this sender and route."""


class DisabledWithoutToken(TokenRefused):
    """Jira sent `disabled` without a proof, as it does after an uninstall (Atlassian's AC-2561)."""

    def __init__(self) -> None:
        super().__init__(
            "disabled-without-token",
            "Jira sends disabled without a token when the site has uninstalled the app",
        )


class InstalledElsewhere(PayloadRefused):
    """The app serves Jira, and was installed into another product by Connect."""

    def __init__(self, product: str) -> None:
        super().__init__(
            ForgeReason.PRODUCT_NOT_SERVED, f"installed into {product}, not into Jira: install it there"
        )


class RequestMalformed(ConnectError):
    """A requested call cannot be made as described."""

    def __init__(self, message: str) -> None:
        super().__init__("request-malformed", message)


class MessageUnreadable(ConnectError):
    """A message of the queue that this app did not write, or whose content is gone."""

    def __init__(self, message: str) -> None:
        super().__init__("message-unreadable", message)


class ModuleTypeUnknown(ConnectError):
    """An event came with a token of an unknown module type."""

    def __init__(self, message: str) -> None:
        super().__init__(ForgeReason.MODULE_TYPE_UNKNOWN, message)


class OfNewerCode(ConnectError):
    """A message of the queue from newer code: both versions run during a deployment."""

    def __init__(self, message: str) -> None:
        super().__init__("of-newer-code", message)


class SiteDisabled(ConnectError):
    """The app is installed, but disabled: nothing is done for the site meanwhile."""

    def __init__(self) -> None:
        super().__init__("site-disabled", "the site has disabled the app")


class SitePaused(ConnectError):
    """The app is installed, but calls to the site are paused."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            reason, "calls to the site are paused until installed comes, or connect tenants resume"
        )


class SiteInTrouble(ConnectError):
    """Every recent call to the site failed or was not answered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "the site has met every call with this for a while; it was not asked again")


class NotInstalled(ConnectError):
    """The app is not, or no longer, installed."""

    def __init__(self) -> None:
        super().__init__("app-not-installed", "the app is not installed for this client key")


class SiteUninstalled(ConnectError):
    """The function for `uninstalled` asked for Jira, which the app cannot call any more."""

    def __init__(self) -> None:
        super().__init__(
            "site-uninstalled",
            "the site has uninstalled the app, so Jira cannot be called: use site.data, site.secrets and "
            "other services",
        )


class ForgeTokenMissing(ConnectError):
    """There are no credentials for Jira until Forge sends its next token."""

    def __init__(self, message: str) -> None:
        super().__init__("forge-token-missing", message)


class TemporarilyUnavailable(ConnectError):
    """A service did not answer."""

    def __init__(self, message: str) -> None:
        super().__init__("temporarily-unavailable", message)


class LimitedForNow(ConnectError):
    """A limit on requests without a proof is reached; the same request may be checked later."""


class AwsNotConfigured(ConnectError):
    """The configuration for AWS is missing or not supported."""

    def __init__(self, message: str) -> None:
        super().__init__("aws-not-configured", message)


class OutOfTime(ConnectError):
    """A call to Jira was not sent, since no time is left for its response."""

    def __init__(self, call: str) -> None:
        super().__init__("out-of-time", f"{call}: no time left; it was not sent")


class TaskNotCompleted(ConnectError):
    """A task of Jira failed, was cancelled, or did not complete in time.

    Attributes:
        location: of the task
        status: the last one read, such as `FAILED` or `RUNNING`
    """

    def __init__(self, location: str, status: str, message: str) -> None:
        path = location.partition("?")[0]
        super().__init__("task-not-completed", f"{path}: {status} {message[:500]}".rstrip())
        self.location = location
        self.status = status


class BeingDone(ConnectError):
    """The same work was started and not completed: it is still running, or was cut off.

    Attributes:
        seconds: until the other worker must have ended; 0 if that was long ago, or is unknown
    """

    def __init__(self, milliseconds: int = 0) -> None:
        super().__init__("being-done", "the same work was begun before, and is not known to be done")
        self.seconds = max(milliseconds, 0) / 1000


class EffectUnknown(ConnectError):
    """Work that is not idempotent was started, and its outcome is unknown."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "effect-unknown", f"{cause}. It may have been done: look in Jira before it is done again"
        )


class IdempotencyKeyReused(ConnectError):
    """Different work came with the same idempotency key."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency-key-reused",
            "another call was asked for under this idempotencyKey: give each call a key of its own",
        )


class TooDeep(ConnectError):
    """Work enqueued work too many times in a row, as in an endless loop."""

    def __init__(self, depth: int) -> None:
        super().__init__("too-deep", f"work asked for work, and so on, for {depth} generations")


class CursorRefused(ConnectError):
    """A job cannot be continued with the cursor that it returned."""

    def __init__(self, why: str) -> None:
        super().__init__("cursor-refused", f"the job cannot go on: {why}")


class PoisonMessage(ConnectError):
    """The worker was killed each time that it started this work, by it or by the time-out."""

    def __init__(self, times: int) -> None:
        super().__init__(
            "poison-message", f"the worker died or ran out of time under it, {times} times in all"
        )


class ImpersonationRefused(ConnectError):
    """Atlassian issues no access token for this user."""

    def __init__(self, message: str) -> None:
        super().__init__("impersonation-refused", message)


class UserUnproved(ConnectError):
    """A page's request depends on its user's permissions, and Jira cannot be asked as that user.

    Only a Connect app may ask Jira for another user's permissions.
    """


class SecretDoesNotOpen(ConnectError):
    """The secret was sealed for another app or client key, or with a key that is gone."""

    def __init__(self) -> None:
        super().__init__("secret-does-not-open", "KMS does not open the secret for this app and client key")
