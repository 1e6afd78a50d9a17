"""Forge invocation tokens, in the form of those that were captured, and the key set that verifies them.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

import json
import secrets
import uuid
from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from connect_local.jira.entities import Json
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.module_forms import Module

LIFETIME_SECONDS = 25

ENVIRONMENT_ID = "5a7b2f0e-7c1d-4c0e-9b54-3f1f4d1c7d55"

_ENVIRONMENTS, _ENVIRONMENT_TYPE = "ari:cloud:ecosystem::environment", "DEVELOPMENT"
_RSA_BITS, _PUBLIC_EXPONENT = 2048, 65537


class InvocationTokens:
    """Makes them, with a key of its own, which comes into being when it is first needed.

    Args:
        base_url: below which the apps call Jira
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._kid = f"forge/invocation-token/wf-{uuid.uuid4()}"
        self._lock = Lock()
        self._made: rsa.RSAPrivateKey | None = None

    @property
    def _key(self) -> rsa.RSAPrivateKey:
        with self._lock:
            if self._made is None:
                self._made = rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=_RSA_BITS)
            return self._made

    def key_set(self) -> dict[str, Any]:
        """The public half, as the key host serves it."""
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [public | {"kid": self._kid, "use": "sig", "alg": "RS256"}]}

    def of_module(
        self,
        app: ForgeApp,
        *,
        module: Module,
        context: Json | None,
        now: float,
        claims: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """A token for one call of Forge's own.

        Args:
            app: the audience
            module: to invoke
            context: of the invocation; None for a token without one
            now: Unix seconds
            claims: besides, or instead
        """
        return self._signed(app, module, {"context": context} if context else {}, now, claims)

    def of_page(
        self,
        app: ForgeApp,
        *,
        module: Module,
        account_id: str,
        now: float,
        claims: Mapping[str, object],
    ) -> str:
        """A token for a call that a page makes.

        Args:
            app: of the page
            module: the page
            account_id: the user who has it open
            now: Unix seconds
            claims: besides, or instead
        """
        site = app.tenant.site
        context = {
            "cloudId": site.cloud_id,
            "localId": str(uuid.uuid4()),
            "environmentId": ENVIRONMENT_ID,
            "environmentType": _ENVIRONMENT_TYPE,
            "moduleKey": module.key,
            "siteUrl": site.base_url,
            "appVersion": _version(app),
            "extension": {"type": module.type},
            "userAccess": {"enabled": False, "hasAccess": True},
            "accountType": "licensed",
            "accountId": account_id,
        }
        return self._signed(app, module, {"context": context, "principal": account_id}, now, claims)

    def _signed(
        self,
        app: ForgeApp,
        module: Module,
        own: Mapping[str, object],
        now: float,
        claims: Mapping[str, object],
    ) -> str:
        site, app_id, made = app.tenant.site, app.manifest.app_id, int(now)
        api = f"{self._base_url}/ex/jira/{site.cloud_id}"
        content = {
            "app": {
                "id": app_id,
                "version": str(app.version),
                "appVersion": _version(app),
                "installationId": app.installation_id,
                "apiBaseUrl": api,
                "environment": {
                    "type": _ENVIRONMENT_TYPE,
                    "id": f"{_ENVIRONMENTS}/{app_id.rpartition('/')[2]}/{ENVIRONMENT_ID}",
                },
                "module": {"type": module.type, "key": module.key},
                "installation": {
                    "id": app.installation_id,
                    "contexts": [{"name": "jira", "apiBaseUrl": api}],
                },
            },
            **own,
            "aud": app_id,
            "iss": "forge/invocation-token",
            "iat": made,
            "nbf": made,
            "exp": made + LIFETIME_SECONDS,
            "jti": secrets.token_hex(20),
        }
        headers = {"kid": self._kid, "typ": None}
        return jwt.encode({**content, **claims}, self._key, algorithm="RS256", headers=headers)


def _version(app: ForgeApp) -> str:
    return f"{app.version}.0.0"
