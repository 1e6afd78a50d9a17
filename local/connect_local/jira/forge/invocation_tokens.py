"""Forge invocation tokens, made with PyJWT, and the key set that they are verified with.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

import json
import uuid
from threading import Lock
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from connect_local.jira.forge.installations import ForgeApp

LIFETIME_SECONDS = 25

_ENVIRONMENTS = "ari:cloud:ecosystem::environment"
_ENVIRONMENT = "5a7b2f0e-7c1d-4c0e-9b54-3f1f4d1c7d55"
_RSA_BITS, _PUBLIC_EXPONENT = 2048, 65537


class InvocationTokens:
    """Makes them, with a key of its own, which comes into being when it is first needed.

    Args:
        base_url: below which the apps call Jira
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._kid = f"forge/invocation-token/{uuid.uuid4()}"
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

    def make(self, app: ForgeApp, /, *, module: str, now: float, **claims: object) -> str:
        """A token for one call.

        Args:
            app: whom it is for
            module: the key of the endpoint that is called
            now: Unix seconds
            claims: besides, or instead
        """
        site, app_id = app.tenant.site, app.manifest.app_id
        api = f"{self._base_url}/ex/jira/{site.cloud_id}"
        made = int(now)
        content = {
            "iss": "forge/invocation-token",
            "aud": app_id,
            "iat": made,
            "nbf": made,
            "exp": made + LIFETIME_SECONDS,
            "jti": uuid.uuid4().hex,
            "app": {
                "id": app_id,
                "appVersion": f"{app.version}.0.0",
                "installationId": app.installation_id,
                "apiBaseUrl": api,
                "environment": {
                    "type": "DEVELOPMENT",
                    "id": f"{_ENVIRONMENTS}/{app_id.rpartition('/')[2]}/{_ENVIRONMENT}",
                },
                "module": {"type": "core:endpoint", "key": module},
                "installation": {
                    "id": app.installation_id,
                    "contexts": [{"name": "jira", "apiBaseUrl": api, "cloudId": site.cloud_id}],
                },
            },
        }
        return jwt.encode(content | claims, self._key, algorithm="RS256", headers={"kid": self._kid})
