"""Forms in which a Forge token describes the invoked module.

Of a lifecycle event it is known: such a token was captured. Of product events, scheduled triggers and
`preUninstall` it is not; Atlassian's documentation and its npm `@forge/manifest` allow for several forms.
They are sent by turns, so that no app can depend on one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from connect_local.jira.entities import Json
from connect_local.jira.forge.manifests import Trigger


@dataclass(frozen=True, slots=True)
class Module:
    """The invoked module: its type, and its key in the manifest."""

    type: str
    key: str


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say it.

    Attributes:
        module_type: of the trigger, or of the endpoint that it calls
        has_context: True if the token has a context
    """

    module_type: str
    has_context: bool = True

    def module(self, trigger: Trigger) -> Module:
        """Return the module as the token describes it."""
        is_endpoint = self.module_type == "core:endpoint"
        return Module(self.module_type, trigger.endpoint.key if is_endpoint else trigger.key)

    def context(self, trigger: Trigger, cloud_id: str) -> Json | None:
        """Return the context as the token describes it."""
        if not self.has_context:
            return None
        return {"cloudId": cloud_id, "moduleKey": trigger.key, "userAccess": {"enabled": False}}


LIFECYCLE = (Form("core:trigger"),)
OTHERS = (
    Form("core:trigger"),
    Form("core:event"),
    Form("core:scheduledTrigger"),
    Form("core:preUninstall"),
    Form("core:endpoint"),
    Form("core:endpoint", has_context=False),
)


class Turns:
    """The next form, for each trigger."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken = Counter[str]()

    def take(self, trigger: Trigger, forms: Sequence[Form]) -> Form:
        """The form of the next token."""
        with self._lock:
            self._taken[trigger.key] += 1
            return forms[self._taken[trigger.key] % len(forms)]
