"""The events of `events/`, signed now."""

import json
import time
import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connect_jira.descriptor import load_descriptor
from connect_jwt.canonical import query_string_hash
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_local.jira.forge.invocation_tokens import LIFETIME_SECONDS
from connect_tools.project import PROJECT

APP = AppKey(
    load_descriptor(
        {"DESCRIPTOR_PATH": str(PROJECT / "descriptor" / "atlassian-connect.json"), "STAGE": "dev"}
    )["key"]
)
SITE = ClientKey("9c5b3c0e-2f7d-3a1b-8e7c-1d2f4a6b8c90")
_NEW_SITE = "00000000-2f7d-3a1b-8e7c-1d2f4a6b8c90"
SECRET = SharedSecret("an-example-of-a-shared-secret-that-no-site-has-ever-used")


def sample(name: str) -> dict[str, Any]:
    """An event of `events/`, as it is."""
    event: dict[str, Any] = json.loads((PROJECT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def signed_by_site(name: str, **claims: Any) -> dict[str, Any]:  # noqa: ANN401 - a claim
    """An event whose token the site has signed."""
    event = sample(name)
    event["rawQueryString"] = event["rawQueryString"].partition("&jwt=")[0]
    token = jwt.encode(_claims(event) | claims, SECRET.reveal(), algorithm="HS256")
    event["headers"]["authorization"] = f"JWT {token}"
    return event


def signed_by_atlassian(name: str, key: RSAPrivateKey, kid: str) -> dict[str, Any]:
    """An event of another site, whose token Atlassian has signed."""
    event = sample(name)
    event["body"] = event["body"].replace(SITE, _NEW_SITE)
    audience = f"https://{event['requestContext']['domainName']}"
    claims = _claims(event) | {"iss": _NEW_SITE, "aud": audience}
    token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})
    event["headers"]["authorization"] = f"JWT {token}"
    return event


def signed_by_forge(name: str, key: RSAPrivateKey, kid: str) -> dict[str, Any]:
    """An event whose invocation token Forge has signed; never the same token twice."""
    event = sample(name)
    now = int(time.time())
    fresh = {"iat": now, "nbf": now, "exp": now + LIFETIME_SECONDS, "jti": uuid.uuid4().hex}
    token = jwt.encode(forge_claims(event) | fresh, key, algorithm="RS256", headers={"kid": kid})
    event["headers"]["authorization"] = f"Bearer {token}"
    return event


def forge_claims(event: dict[str, Any]) -> dict[str, Any]:
    """Return the claims of an event's invocation token."""
    token = event["headers"]["authorization"].removeprefix("Bearer ")
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def work(*, kind: str) -> dict[str, Any]:
    """A batch of one message: a `call` or a `webhook`; never the same twice."""
    event = sample("jira_calls-queue")
    (record,) = (record for record in event["Records"] if f'"kind":"{kind}"' in record["body"])
    fields = json.loads(record["body"])
    fields["idempotencyKey" if kind == "call" else "webhookId"] = str(time.monotonic_ns())
    record["body"] = json.dumps(fields)
    record["attributes"]["SentTimestamp"] = str(int(time.time() * 1000))
    return event | {"Records": [record]}


def _claims(event: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    method = event["requestContext"]["http"]["method"]
    qsh = query_string_hash(method, event["rawPath"], event["rawQueryString"])
    return {"iss": SITE, "iat": now, "exp": now + 180, "qsh": qsh}
