"""Events of which nobody knows whether Forge itself has sent them: held back, and judged anew.

Their token is Forge's, but the type of the module that was invoked is not known to be Forge's own: Atlassian
may have given it another name, or somebody has the app called who must have no say. Nothing is done about
them. They lie among the dead letters with what was proved (`connect_jira.worker.holding`), until
`ExtraForgeModuleTypes` names the type and somebody puts them back with `connect dlq redrive`; the worker then
judges by what is known by then. What no setting can allow is never worked off.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jira.errors import ForgeTokenMissing, ModuleTypeUnknown, NotInstalled
from connect_jira.events.forge_payload import own_event, webhook_of
from connect_jira.events.webhook import Webhook
from connect_jira.installations.forge_installation import ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.metrics import count
from connect_jira.settings import AppSettings
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation, shown_type
from connect_jwt.origins import InvocationOrigin, is_own_type, may_become_own


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEvent:
    """One of them.

    Attributes:
        invocation: what its token has proved
        payload: what the body says
    """

    invocation: VerifiedInvocation
    payload: Mapping[str, Any] = field(repr=False)

    @property
    def client_key(self) -> ClientKey:
        """The installation, by its own id."""
        return ClientKey(self.invocation.installation_id)

    @property
    def explanation(self) -> str:
        """Why it is held, and what to do."""
        module_type = self.invocation.module_type
        said = f"of the module type {shown_type(module_type)}, which is not known to be Forge's own"
        if may_become_own(module_type):
            return f"{said}: name it in ExtraForgeModuleTypes if it is, and redrive the event"
        return f"{said}, and no setting makes it so: see in the manifest what calls /forge/events"

    @property
    def work_id(self) -> None:
        """Nothing: what it becomes has one."""
        return None

    @property
    def may_be_repeated(self) -> bool:
        """It may be judged twice."""
        return True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `to_fields` wrote."""
        proved = fields["proved"]
        return cls(
            invocation=VerifiedInvocation(
                origin=InvocationOrigin.UNKNOWN,
                installation_id=fields["clientKey"],
                cloud_id=proved["cloudId"],
                api_base_url=proved["apiBaseUrl"],
                app_version=proved["appVersion"],
                environment_type=proved["environmentType"],
                environment_id=proved["environmentId"],
                module_type=proved["moduleType"],
                module_key=proved["moduleKey"],
                account_id=proved["accountId"],
                context={},
                jti=proved["jti"],
                issued_at=proved["issuedAt"],
                expires_at=proved["expiresAt"],
            ),
            payload=fields["payload"],
        )

    def to_fields(self) -> dict[str, Any]:
        """What is passed on of it: all that was proved but the context, and no token."""
        proved = self.invocation
        return {
            "clientKey": self.client_key,
            "proved": {
                "cloudId": proved.cloud_id,
                "apiBaseUrl": proved.api_base_url,
                "appVersion": proved.app_version,
                "environmentType": proved.environment_type,
                "environmentId": proved.environment_id,
                "moduleType": proved.module_type,
                "moduleKey": proved.module_key,
                "accountId": proved.account_id,
                "jti": proved.jti,
                "issuedAt": proved.issued_at,
                "expiresAt": proved.expires_at,
            },
            "payload": self.payload,
        }


class HeldEvents:
    """Judges them anew.

    IAM: what `connect_jira.aws.versioned_table` needs to read.

    Args:
        app: which types are known by now, and which webhooks are wanted
        store: the installations
        clock: Unix seconds
    """

    def __init__(
        self, app: AppSettings, store: ForgeInstallationStore, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._store = store
        self._clock = clock

    def judge(self, held: HeldEvent) -> Webhook | None:
        """What is to be done about it after all; None when that is nothing.

        Raises:
            ModuleTypeUnknown: it is still not known to be Forge's own
            NotInstalled: the installation has ended
            ForgeTokenMissing: Forge has yet to call for this installation in a way that is known
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        if not is_own_type(held.invocation.module_type, self._app.forge_module_types):
            raise ModuleTypeUnknown(held.explanation)
        row = self._store.read(held.invocation.installation_id)
        if row is None or row.state is ForgeState.ANNOUNCED:
            raise ForgeTokenMissing("Forge has not yet called for this installation")
        if row.has_ended(self._clock()):
            raise NotInstalled
        if own_event(held.payload, self._app.app_key):
            count("OwnChange")
            return None
        return webhook_of(held.payload, held.invocation, row=row, wanted=self._app.wanted_events)
