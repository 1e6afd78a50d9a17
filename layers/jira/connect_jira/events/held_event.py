"""A Forge event of unknown origin: the type of the invoked module is not known.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation, shown_type
from connect_jwt.origins import InvocationOrigin, may_become_own


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEvent:
    """A held event.

    Attributes:
        invocation: proved by its token
        payload: of the body
    """

    invocation: VerifiedInvocation
    payload: Mapping[str, Any] = field(repr=False)

    @property
    def client_key(self) -> ClientKey:
        """The installation, by its `installationId`."""
        return ClientKey(self.invocation.installation_id)

    @property
    def explanation(self) -> str:
        """The reason for holding it, and the remedy."""
        module_type = self.invocation.module_type
        said = f"of the module type {shown_type(module_type)}, which is not known to be Forge's own"
        if may_become_own(module_type):
            return f"{said}: name it in ExtraForgeModuleTypes if it is, and redrive the event"
        return f"{said}, and no setting makes it so: see in the manifest what calls /forge/events"

    @property
    def work_id(self) -> None:
        """None: the webhook that is made of it has one."""
        return None

    @property
    def is_idempotent(self) -> bool:
        """True: judging it again does no harm."""
        return True

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Parse the fields that `to_fields` wrote."""
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
        """Return the fields of its message: everything proved except the context, and no token."""
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
