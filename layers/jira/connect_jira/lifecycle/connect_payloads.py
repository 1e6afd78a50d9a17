"""Payloads of Connect's lifecycle requests. Unknown fields never fail anything.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle-http-request-payload
"""

from dataclasses import dataclass, field
from typing import Any

from connect_jira.errors import InstalledElsewhere, PayloadRefused
from connect_jira.installations.installation import Site, is_forge, is_storable
from connect_jira.installations.sealing import MAX_SECRET_BYTES
from connect_jira.installations.site_urls import check_site_url
from connect_jira.json_objects import json_object
from connect_jira.settings import AppSettings
from connect_jwt.errors import TokenRefused
from connect_jwt.identity import ClientKey, SharedSecret

_MIN_SECRET_BYTES = 32
"""HMAC-SHA-256 needs a key at least as long as its output (RFC 7518, 3.2)."""


@dataclass(frozen=True, slots=True)
class InstalledPayload:
    """Content of an `installed` payload."""

    site: Site
    shared_secret: SharedSecret = field(repr=False)


def lifecycle_payload(body: bytes, *, event: str, client_key: ClientKey, app: AppSettings) -> dict[str, Any]:
    """Parse the payload of a lifecycle request, and check it against the token and the route.

    The token does not cover the body, so fields that are in both must agree.

    Args:
        body: verbatim
        event: the event of the route, such as `installed`
        client_key: from the token, verified or not yet
        app: the app it must be for

    Raises:
        PayloadRefused: it is no JSON object, or is for another app or event
        TokenRefused: the token is another site's
    """
    payload = json_object(body)
    if payload.get("clientKey") != client_key:
        raise TokenRefused("client-key-mismatch", "the token's iss is not the clientKey of the body")
    if not is_storable(client_key):
        raise PayloadRefused("client-key-unusable", "clientKey is not 1 to 128 printable ASCII characters")
    if payload.get("key") != app.app_key:
        raise PayloadRefused("app-key-mismatch", "the body's key is not this app's")
    if payload.get("eventType") != event:
        raise PayloadRefused("event-mismatch", f"the body's eventType is not {event}")
    return payload


def installed_payload(body: bytes, *, client_key: ClientKey, app: AppSettings) -> InstalledPayload:
    """Parse an `installed` payload; arguments and errors as for `lifecycle_payload`.

    Raises:
        InstalledElsewhere: the product is Confluence
        PayloadRefused: the base URL or the secret is not valid
    """
    payload = lifecycle_payload(body, event="installed", client_key=client_key, app=app)
    if payload.get("productType") == "confluence":
        raise InstalledElsewhere("Confluence")
    secret, base_url = payload.get("sharedSecret"), payload.get("baseUrl")
    if not isinstance(secret, str) or not _MIN_SECRET_BYTES <= len(_utf8(secret)) <= MAX_SECRET_BYTES:
        raise PayloadRefused(
            "secret-unusable",
            f"sharedSecret is not a string of {_MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes",
        )
    if not isinstance(base_url, str):
        raise PayloadRefused("base-url-refused", "baseUrl is not a string")
    return InstalledPayload(
        site=Site(
            client_key=client_key,
            base_url=check_site_url(base_url, app),
            display_url=_text(payload, "displayUrl"),
            oauth_client_id=_text(payload, "oauthClientId"),
            installation_id=_installation_id(payload),
        ),
        shared_secret=SharedSecret(secret),
    )


def _text(payload: dict[str, Any], name: str) -> str | None:
    value = payload.get(name)
    return value if isinstance(value, str) and value else None


def _installation_id(payload: dict[str, Any]) -> str | None:
    """Validate it: it becomes the key of a row, and no site's row has such a key."""
    value = _text(payload, "installationId")
    return value if value is not None and is_forge(value) else None


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as unencodable:
        raise PayloadRefused("secret-unusable", "sharedSecret is not Unicode text") from unencodable
