"""What goes wrong beyond the token; a branch of the tree in `connect_jwt.errors`.

ConnectError
├── TokenRefused
│   ├── InvocationRefused        … of a request that Forge is said to have sent
│   │   └── ProductNotServed     … and has sent, for an installation that Jira has no part in
│   ├── DisabledWithoutToken     … of a `disabled` after the uninstall, which Jira does not sign
│   └── EventOutdated            a lifecycle event that was overtaken, or whose token was used before
├── PayloadRefused               the sender is who they say; what they say cannot be used
│   └── InstalledElsewhere       … since it is about another product than Jira
├── RequestMalformed             a call that is asked for, but not in a way that could be made
├── MessageUnreadable            a message of the queue that says nothing to do
├── ModuleTypeUnknown            an event of which nobody knows whether Forge itself has sent it
├── OfNewerCode                  a message of the queue that this code does not know yet
├── SiteDisabled                 the site has disabled the app
├── SiteInTrouble                the site has met every call with the same, for a while
├── NotInstalled                 the app is not, or no longer, installed for this client key
├── ForgeTokenMissing            Forge has brought no token that is still good, and there is no other proof
├── AwsNotConfigured             the environment asks AWS for what this client cannot do, or says too little
├── TemporarilyUnavailable       AWS gave no answer: the same request may well succeed later
├── LimitedForNow                who has proved nothing has asked for as much as may be asked for at a time
├── OutOfTime                    the function has no time left to ask Jira
├── TaskNotCompleted             Jira has begun what was asked, and has not done it
├── BeingDone                    somebody else is at this work, or left it half done
├── EffectUnknown                work that may not be repeated was cut off
├── IdempotencyKeyReused         other work came under the same idempotency key
├── TooDeep                      work that was asked for by work, for too many generations
├── PoisonMessage                work under which the worker has died again and again
├── ImpersonationRefused         Atlassian does not let the app act as this user
├── UserUnproved                 Jira would have to be asked as a page's user, and nothing proves to be theirs
├── SecretDoesNotOpen            the sealed secret is not this installation's, or its key is gone
└── JiraError                    see `connect_jira.jira.errors`
"""

from connect_jwt.errors import ConnectError, ForgeReason, TokenRefused


class EventOutdated(TokenRefused):
    """A lifecycle event that must change nothing any more."""


class InvocationRefused(TokenRefused):
    """A request that did not prove to be Forge's; the message says what to do about it."""


class ProductNotServed(InvocationRefused):
    """The app is installed, but not into Jira."""


class PayloadRefused(ConnectError):
    """The body cannot be what this sender wants to say on this route."""


class DisabledWithoutToken(TokenRefused):
    """Jira has sent `disabled` without a proof, as it does after an uninstall (Atlassian's AC-2561)."""

    def __init__(self) -> None:
        super().__init__(
            "disabled-without-token",
            "Jira sends disabled without a token when the site has uninstalled the app",
        )


class InstalledElsewhere(PayloadRefused):
    """The app serves Jira, and somebody installs it into another product by Connect."""

    def __init__(self, product: str) -> None:
        super().__init__(
            ForgeReason.PRODUCT_NOT_SERVED, f"installed into {product}, not into Jira: install it there"
        )


class RequestMalformed(ConnectError):
    """What is asked for cannot be done as it is said."""

    def __init__(self, message: str) -> None:
        super().__init__("request-malformed", message)


class MessageUnreadable(ConnectError):
    """A message of the queue that this app has not written, or whose content is gone."""

    def __init__(self, message: str) -> None:
        super().__init__("message-unreadable", message)


class ModuleTypeUnknown(ConnectError):
    """An event came with the token of a module that is not known to be invoked by Forge itself."""

    def __init__(self, message: str) -> None:
        super().__init__(ForgeReason.MODULE_TYPE_UNKNOWN, message)


class OfNewerCode(ConnectError):
    """A message of the queue that newer code has written: during a deployment both are there."""

    def __init__(self, message: str) -> None:
        super().__init__("of-newer-code", message)


class SiteDisabled(ConnectError):
    """The app is installed, and disabled: for as long as that lasts there is nothing to do for the site."""

    def __init__(self) -> None:
        super().__init__("site-disabled", "the site has disabled the app")


class SiteInTrouble(ConnectError):
    """Whatever the site was asked lately, it did not answer, or could not."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "the site has met every call with this for a while; it was not asked again")


class NotInstalled(ConnectError):
    """There is no installation to speak for."""

    def __init__(self) -> None:
        super().__init__("app-not-installed", "the app is not installed for this client key")


class ForgeTokenMissing(ConnectError):
    """There is no proof to call Jira with until Forge brings its next token."""

    def __init__(self, message: str) -> None:
        super().__init__("forge-token-missing", message)


class TemporarilyUnavailable(ConnectError):
    """A service that this needs gave no answer."""

    def __init__(self, message: str) -> None:
        super().__init__("temporarily-unavailable", message)


class LimitedForNow(ConnectError):
    """What would have to be asked for to tell is limited, since anybody can ask: later it may be told."""


class AwsNotConfigured(ConnectError):
    """How AWS is to be reached is not said, or in a way that is not supported."""

    def __init__(self, message: str) -> None:
        super().__init__("aws-not-configured", message)


class OutOfTime(ConnectError):
    """A call to Jira was not sent, since its answer could not be waited for."""

    def __init__(self, call: str) -> None:
        super().__init__("out-of-time", f"{call}: no time left; it was not sent")


class TaskNotCompleted(ConnectError):
    """A task of Jira's that failed, was cancelled, or was not waited for to its end.

    Attributes:
        location: where Jira tells of it
        status: the last that was seen, such as `FAILED` or `RUNNING`
    """

    def __init__(self, location: str, status: str, message: str) -> None:
        path = location.partition("?")[0]
        super().__init__("task-not-completed", f"{path}: {status} {message[:500]}".rstrip())
        self.location = location
        self.status = status


class BeingDone(ConnectError):
    """The same work was begun and has not been reported as done: it is still going on, or was cut off.

    Attributes:
        seconds: until whoever began it must have ended; none when that was long ago, or is not known
    """

    def __init__(self, milliseconds: int = 0) -> None:
        super().__init__("being-done", "the same work was begun before, and is not known to be done")
        self.seconds = max(milliseconds, 0) / 1000


class EffectUnknown(ConnectError):
    """Work that may not be repeated, and of which nobody can say whether it was done."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "effect-unknown", f"{cause}. It may have been done: look in Jira before it is done again"
        )


class IdempotencyKeyReused(ConnectError):
    """Other work came under the same idempotency key."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency-key-reused",
            "another call was asked for under this idempotencyKey: give each call a key of its own",
        )


class TooDeep(ConnectError):
    """Work that other work has asked for, and so on: it would never end."""

    def __init__(self, depth: int) -> None:
        super().__init__("too-deep", f"work asked for work, and so on, for {depth} generations")


class PoisonMessage(ConnectError):
    """The worker was killed each time that it began this work, by it or by the end of its time."""

    def __init__(self, times: int) -> None:
        super().__init__(
            "poison-message", f"the worker died or ran out of time under it, {times} times in all"
        )


class ImpersonationRefused(ConnectError):
    """No access token is given for this user."""

    def __init__(self, message: str) -> None:
        super().__init__("impersonation-refused", message)


class UserUnproved(ConnectError):
    """What a page asks for depends on what its user may do, and Jira cannot be asked as that user.

    Only a Connect app may ask Jira what others may do.
    """


class SecretDoesNotOpen(ConnectError):
    """The sealed secret was sealed for another app or client key, or with a key that is gone."""

    def __init__(self) -> None:
        super().__init__("secret-does-not-open", "KMS does not open the secret for this app and client key")
