"""A parsed token together with its request."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

from connect_jwt.canonical import relative_path
from connect_jwt.diagnosis.addresses import is_atlassian, split
from connect_jwt.diagnosis.evidence import Direction, Evidence
from connect_jwt.diagnosis.senders import is_webhook
from connect_jwt.tokens import UnverifiedToken

_SIGNED_BY_ATLASSIAN = ("/installed", "/uninstalled")
_APP_PATHS = ("/lifecycle/", "/webhooks/", "/pages/", "/api/", "/forge/")


@dataclass(frozen=True, slots=True)
class Case:
    """The input of every check.

    Attributes:
        evidence: everything that is known
        token: parsed, not verified
        direction: from the app to Jira, or from Jira to the app
        scheme: of the Authorization header that carries it, in lower case; None if it is in no header
    """

    evidence: Evidence
    token: UnverifiedToken
    direction: Direction
    scheme: str | None

    def claim(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a claim unchanged, None if it is absent."""
        return self.token.claims.get(name)

    @property
    def qsh(self) -> str | None:
        """The `qsh` claim, None if it is absent or not a string."""
        qsh = self.claim("qsh")
        return qsh if isinstance(qsh, str) else None

    @property
    def to_jira(self) -> bool:
        """True if the app sent it to Jira."""
        return self.direction is Direction.TO_JIRA

    @property
    def url(self) -> SplitResult:
        """The URL, empty if unknown."""
        return split(self.evidence.url or "")

    @property
    def base_path(self) -> str:
        """The path of the receiver's base URL; on an Atlassian host /wiki is Confluence's."""
        if self.evidence.base_url:
            return split(self.evidence.base_url).path.rstrip("/")
        is_confluence = self.to_jira and is_atlassian(self.url) and self.url.path.startswith("/wiki/")
        return "/wiki" if is_confluence else ""

    @property
    def path(self) -> str:
        """The path below the receiver's base URL."""
        return relative_path(self.url.path, self.base_path)

    @property
    def is_install(self) -> bool:
        """True if only Atlassian may have signed it."""
        return not self.to_jira and self.path.rstrip("/").endswith(_SIGNED_BY_ATLASSIAN)

    @property
    def is_from_browser(self) -> bool:
        """True if it is a page's own call."""
        return not self.to_jira and self.path.startswith("/api/")

    @property
    def form(self) -> str | None:
        """The fields of a form, empty if unknown; None if the body is no form."""
        content_type = self.evidence.header("Content-Type") or ""
        is_form = content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
        return (self.evidence.body or "") if is_form else None


def infer_direction(evidence: Evidence, token: UnverifiedToken | None) -> Direction:
    """Infer the direction from the strongest evidence: the address, kind of token, issuer, then path."""
    if evidence.direction:
        return evidence.direction
    url = split(evidence.url or "")
    header, claims = (token.header, token.claims) if token else ({}, {})
    if is_atlassian(url) or "/rest/" in url.path:
        return Direction.TO_JIRA
    if is_webhook(evidence) or "kid" in header or "context" in claims or claims.get("qsh") == "context-qsh":
        return Direction.TO_APP
    if evidence.app_key is not None and claims.get("iss") == evidence.app_key:
        return Direction.TO_JIRA
    is_from_site = evidence.client_key is not None and claims.get("iss") == evidence.client_key
    if any(part in url.path for part in _APP_PATHS) or (is_from_site and url.path):
        return Direction.TO_APP
    return Direction.TO_JIRA
