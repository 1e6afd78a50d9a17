"""Doubles for AWS, and requests as API Gateway hands them over."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.forge_tenants import ForgeTenants
from connect_jira.auth.jira_clients import SiteCredentials
from connect_jira.auth.tenants import Tenants
from connect_jira.aws.versioned_table import RowChanged
from connect_jira.data.storage import SiteStorage
from connect_jira.errors import SecretDoesNotOpen
from connect_jira.events.hook_call import HookCall
from connect_jira.events.link_request import LinkRequest
from connect_jira.installations.forge_installation import ForgeInstallation
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation
from connect_jira.installations.store import InstallationStore
from connect_jira.lifecycle.connect import Lifecycle
from connect_jira.lifecycle.forge import ForgeCalls
from connect_jira.lifecycle.site_links import SiteLinks
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest
from connect_jwt.canonical import query_string_hash
from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.identity import AppKey, ClientKey, SharedSecret

PROJECT = Path(__file__).parents[3]
BASE_URL = "https://app.example.com"
SITE_URL = "https://site.atlassian.net"
CLIENT_KEY = ClientKey("b3e0f650-a86c-3f7e-b1db-436452f85df7")
NOW = 1_795_443_600
FORGE_APP = "ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0"


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    return socket_disabled


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tests")


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    return {
        "STAGE": "prod",
        "DESCRIPTOR_PATH": str(PROJECT / "descriptor" / "atlassian-connect.json"),
        "BASE_URL": BASE_URL,
        "FURTHER_BASE_URLS": "",
        "ATLASSIAN_CLOUD": "commercial",
        "INSTALL_KEYS_URL": "",
        "INSTALL_KEY_PREFIX": "generic-keypair/cs-migrations/",
        "EXTRA_SITE_URL": "",
        "USER_TOKENS_URL": "",
        "FORGE_APP_ID": FORGE_APP,
        "FORGE_KEYS_URL": "",
        "EXTRA_FORGE_API_URL": "",
        "EXTRA_FORGE_MODULE_TYPES": "",
    }


@pytest.fixture(scope="session")
def app(environment: dict[str, str]) -> AppSettings:
    return AppSettings.from_env(environment)


def unused_storage() -> SiteStorage:
    """The storage of a site that keeps nothing: nothing is read before it is used."""
    unused: Any = None
    return SiteStorage(unused, table="", aliases=unused, sealer=unused)


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class MemoryStore(InstallationStore):
    """Keeps rows as the table does; `interfere` runs once, just before a write."""

    rows: dict[ClientKey, Installation] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    interfere: Callable[[], object] | None = None

    def read(self, key: str) -> Installation | None:
        self.reads += 1
        return self.rows.get(ClientKey(key))

    def write(self, item: Installation) -> None:
        if self.interfere:
            interfere, self.interfere = self.interfere, None
            interfere()
        current = self.rows.get(item.site.client_key)
        if (current.revision if current else 0) != item.revision - 1:
            raise RowChanged(current)
        self.writes += 1
        self.rows[item.site.client_key] = item


@dataclass
class MemoryForgeStore(ForgeInstallationStore):
    """The same for Forge installations."""

    rows: dict[str, ForgeInstallation] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    interfere: Callable[[], object] | None = None

    def read(self, key: str) -> ForgeInstallation | None:
        self.reads += 1
        return self.rows.get(key)

    def write(self, item: ForgeInstallation) -> None:
        if self.interfere:
            interfere, self.interfere = self.interfere, None
            interfere()
        current = self.rows.get(item.installation_id)
        if (current.revision if current else 0) != item.revision - 1:
            raise RowChanged(current)
        self.writes += 1
        self.rows[item.installation_id] = item


@dataclass
class MarkingTokenSealer:
    """Seals tokens in the same way."""

    sealed: int = 0

    def seal(self, installation_id: str, token: str) -> bytes:
        self.sealed += 1
        return f"{installation_id}|{token}".encode()

    def open(self, installation_id: str, sealed: bytes) -> str:
        owner, _, token = sealed.decode().partition("|")
        if owner != installation_id:
            raise SecretDoesNotOpen
        return token


@dataclass
class MarkingSealer:
    """Seals by writing the site's name in front."""

    sealed: int = 0
    opened: list[bytes] = field(default_factory=list)

    def seal(self, client_key: ClientKey, secret: SharedSecret) -> bytes:
        self.sealed += 1
        return f"{client_key}|{secret.reveal()}".encode()

    def open(self, client_key: ClientKey, sealed: bytes) -> SharedSecret:
        self.opened.append(sealed)
        owner, _, secret = sealed.decode().partition("|")
        if owner != client_key:
            raise SecretDoesNotOpen
        return SharedSecret(secret)


@dataclass
class OneKey:
    """A key host that has one key."""

    key: rsa.RSAPrivateKey
    kid: str = "good-kid"

    def known(self, kid: object) -> rsa.RSAPublicKey:
        return self.public_key(kid)

    def public_key(self, kid: object) -> rsa.RSAPublicKey:
        if kid != self.kid:
            raise TokenRefused(Reason.KID_UNKNOWN, "no such key")
        return self.key.public_key()


@dataclass
class Backend:
    """An app over doubles, and what Jira would send it."""

    app: AppSettings
    keys: OneKey
    clock: Clock = field(default_factory=Clock)
    store: MemoryStore = field(default_factory=MemoryStore)
    sealer: MarkingSealer = field(default_factory=MarkingSealer)
    forge_store: MemoryForgeStore = field(default_factory=MemoryForgeStore)
    token_sealer: MarkingTokenSealer = field(default_factory=MarkingTokenSealer)
    invocations: int = 0
    joins_asked: list[LinkRequest] = field(default_factory=list)
    hooks_sent: list[HookCall] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tenants = self.new_tenants()
        self.credentials = self.new_credentials(self.tenants)
        self.lifecycle = self.new_lifecycle()
        self.forge = self.new_forge_calls()

    def new_tenants(self) -> Tenants:
        return Tenants(
            self.store,
            self.sealer,  # type: ignore[arg-type]
            app_key=self.app.app_key,
            clock=self.clock,
        )

    def new_credentials(self, tenants: Tenants | None = None) -> SiteCredentials:
        return SiteCredentials(tenants or self.new_tenants(), self.new_forge_tenants(), clock=self.clock)

    def new_forge_tenants(self) -> ForgeTenants:
        return ForgeTenants(
            self.forge_store,
            self.token_sealer,  # type: ignore[arg-type]
            clock=self.clock,
        )

    def new_links(self) -> SiteLinks:
        return SiteLinks(
            self.store,
            self.forge_store,
            clock=self.clock,
        )

    def new_forge_calls(self) -> ForgeCalls:
        return ForgeCalls(
            self.app,
            invocations=ForgeInvocations(self.app, self.keys, clock=self.clock),  # type: ignore[arg-type]
            store=self.forge_store,
            sealer=self.token_sealer,  # type: ignore[arg-type]
            links=self.new_links(),
            ask=self.joins_asked.append,
            hook=self.hooks_sent.append,
            clock=self.clock,
        )

    def new_lifecycle(self, *, hook: Callable[[HookCall], None] | None = None) -> Lifecycle:
        return Lifecycle(
            self.app,
            store=self.store,
            sealer=self.sealer,  # type: ignore[arg-type]
            tenants=self.tenants,
            links=self.new_links(),
            keys=self.keys,  # type: ignore[arg-type]
            hook=hook or self.hooks_sent.append,
            clock=self.clock,
        )

    @property
    def row(self) -> Installation:
        return self.store.rows[CLIENT_KEY]

    def payload(self, event: str, **changed: Any) -> dict[str, Any]:
        payload = {
            "key": self.app.app_key,
            "clientKey": CLIENT_KEY,
            "baseUrl": SITE_URL,
            "productType": "jira",
            "eventType": event,
            "aFieldOfTomorrow": {"of": ["any", "shape"]},
        }
        return {**payload, **changed}

    def signed_by_atlassian(
        self, event: str, payload: dict[str, Any], *, age: int = 0, **claims: Any
    ) -> GatewayRequest:
        path = f"/lifecycle/{event}"
        token = jwt.encode(
            {**self._claims(path, age), "aud": [BASE_URL], **claims},
            self.keys.key,
            algorithm="RS256",
            headers={"kid": self.keys.kid},
        )
        return _request(path, token, payload)

    def signed_by_site(
        self, path: str, payload: object, secret: str, *, age: int = 0, **claims: Any
    ) -> GatewayRequest:
        token = jwt.encode({**self._claims(path, age), **claims}, secret, algorithm="HS256")
        return _request(path, token, payload)

    def install(self, secret: str, *, age: int = 0, **changed: Any) -> bool:
        payload = self.payload("installed", sharedSecret=secret, **changed)
        return self.lifecycle.installed(self.signed_by_atlassian("installed", payload, age=age)).changed

    def uninstall(self, *, age: int = 0) -> bool:
        payload = self.payload("uninstalled")
        return self.lifecycle.uninstalled(self.signed_by_atlassian("uninstalled", payload, age=age)).changed

    def _claims(self, path: str, age: int) -> dict[str, Any]:
        issued_at = int(self.clock.now) - age
        return {
            "iss": CLIENT_KEY,
            "iat": issued_at,
            "exp": issued_at + 180,
            "qsh": query_string_hash("POST", path, ""),
        }


def _request(path: str, token: str, payload: object) -> GatewayRequest:
    return GatewayRequest(
        method="POST",
        path=path,
        query="",
        headers={"authorization": f"JWT {token}"},
        body=json.dumps(payload).encode(),
        base_url=BASE_URL,
    )


@pytest.fixture(scope="session")
def install_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def backend(app: AppSettings, install_key: rsa.RSAPrivateKey) -> Backend:
    return Backend(app, OneKey(install_key))


@pytest.fixture
def app_key(app: AppSettings) -> AppKey:
    return app.app_key
