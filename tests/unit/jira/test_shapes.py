"""Shapes have names, nesting and types; whatever could be somebody's own is not in them."""

import json
import re
import string
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jira.jira.response import JiraResponse
from connect_jira.message_shapes import answer_shape, key_host_shape, request_shape
from connect_jira.shapes import LONGEST_NAME, MAX_MEMBERS, json_shape, path_template
from connect_jira.web.request import GatewayRequest, read_event
from connect_jwt.invocations import MAX_FORGE_TOKEN_BYTES
from connect_jwt.tokens import parse_token
from tests.unit.jira.conftest import BASE_URL, PROJECT

SECRET = "Zm9vYmFyYmF6cXV4eHl6enk-c3VwZXJzZWNyZXQ9PQ"


def forms(value: object) -> dict[str, Any]:
    return {path: "|".join(sorted(seen)) for path, seen in json_shape(value, "body").items()}


def test_names_nesting_and_types() -> None:
    body = {"issue": {"id": "10001", "fields": {"labels": ["a", 1, None], "votes": 1.5}}, "ok": True}
    assert forms(body) == {
        "body": "object",
        "body.issue": "object",
        "body.issue.id": "string digits",
        "body.issue.fields": "object",
        "body.issue.fields.labels": "array",
        "body.issue.fields.labels[]": "integer|null|string",
        "body.issue.fields.votes": "number",
        "body.ok": "boolean",
    }


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "string empty"),
        ("b3e0f650-a86c-3f7e-b1db-436452f85df7", "string uuid"),
        ("ari:cloud:jira::site/1", "string ari"),
        ("https://site.atlassian.net/x?y=z", "string url"),
        ("eyJhbGciOiJub25lIn0.e30.", "string jwt"),
        ("0042", "string digits"),
        ("2026-11-14T18:16:05.568+0000", "string time"),
        ("Mia Krystof", "string"),
    ],
)
def test_some_strings_have_a_kind(value: str, kind: str) -> None:
    assert forms(value) == {"body": kind}


@pytest.mark.parametrize(
    "key",
    [
        "DEMO",
        "DEMO-1",
        "Mia",
        "mia@example.com",
        "https://example.com",
        "com.example.app",
        "my-property",
        "10001",
        "5b10a2844c20165700ede21g",
        "a10b2844c20165700ede21ab",
        "712020:b3e0f650-a86c-3f7e-b1db-436452f85df7",
        "b3e0f650-a86c-3f7e-b1db-436452f85df7",
        "customfield_10010",
        "Administrators",
        "zwölf",
        "a b",
        "",
        "a" * (LONGEST_NAME + 1),
        SECRET,
    ],
)
def test_a_name_that_may_be_a_value_is_hidden_and_so_is_what_is_below_it(key: str) -> None:
    assert forms({key: {"sam": "x"}, "id": 1}) == {
        "body": "object",
        "body.<key>": "object",
        "body.id": "integer",
    }


@pytest.mark.parametrize("name", ["properties", "entityProperties", "value", "roles", "errors", "attrs"])
def test_nothing_is_looked_at_below_what_holds_a_map_or_what_an_app_has_written(name: str) -> None:
    assert forms({name: {"sam": "x"}}) == {"body": "object", f"body.{name}": "object"}
    assert forms({name: [{"sam": "x"}]}) == {"body": "object", f"body.{name}": "array"}


def test_a_shape_is_bounded() -> None:
    deep: Any = 1
    for _ in range(1000):
        deep = {"a": [deep]}
    assert max(path.count("a") for path in json_shape(deep, "")) < 20
    wide = {f"{first}{second}": 1 for first in string.ascii_lowercase for second in string.ascii_lowercase}
    assert len(json_shape(wide, "body")) == MAX_MEMBERS


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/rest/api/3/issue/DEMO-1/properties/sam-smith", "/rest/api/3/issue/{…}/properties/{…}"),
        ("/ex/jira/b3e0f650/rest/api/3/myself", "/rest/api/3/myself"),
        ("/rest/api/3/project/HR", "/rest/api/3/project/{…}"),
        ("/secret/sam", "/{…}/{…}"),
    ],
)
def test_a_path_has_jiras_own_words_only(path: str, template: str) -> None:
    assert path_template(path) == template


# --- messages --------------------------------------------------------------------------------------------


def test_the_shape_of_a_sample_event() -> None:
    event = json.loads((PROJECT / "events" / "forge-issue_created.json").read_text(encoding="utf-8"))
    request = read_event(event)
    kind, shape = request_shape(request, request.invocation_token, token_alone=False)
    assert kind == "Forge sends POST /forge/events avi:jira:created:issue"
    assert shape["token.header.alg"] == {"string = RS256"}
    assert shape["token.claims.app.environment.type"] == {"string = DEVELOPMENT"}
    assert shape["token.claims.app.installationId"] == {"string ari"}
    assert shape["header.x-forge-oauth-system"] == {"string"}


def test_of_a_call_of_a_page_the_token_is_looked_at_alone() -> None:
    event = json.loads((PROJECT / "events" / "pages-recent-projects.json").read_text(encoding="utf-8"))
    request = read_event(event)
    kind, shape = request_shape(request, request.context_token, token_alone=True)
    assert kind == "Connect sends GET /api/{…}"
    assert {path.partition(".")[0] for path in shape} == {"token"}


def test_of_a_page_the_headers_are_the_browsers_and_not_looked_at() -> None:
    event = json.loads((PROJECT / "events" / "pages-hello-world.json").read_text(encoding="utf-8"))
    request = read_event(event)
    kind, shape = request_shape(request, request.token, token_alone=False)
    assert kind == "Connect sends GET /pages/{…}"
    assert {path.partition(".")[0] for path in shape} == {"query", "token"}


MARKED = st.sampled_from(["S3cr3t", "hushhush", "Hush_Hush", "hush-hush:"])
values = st.tuples(
    MARKED, st.text(string.ascii_lowercase, min_size=32) | st.text(string.printable, min_size=32)
).map("".join)
"""As long as a shared secret is at least; marked, so that it is told from a name of a schema."""
members = st.recursive(
    values | st.none() | st.booleans() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            values | st.sampled_from(["issue", "value", "properties", "eventType"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)
NAMED = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("webhookEvent", "eventType", "productType", "issue", "iss", "qsh", "app", "context", "typ"),
        values | members,
    ),
)


@settings(deadline=None)
@given(
    body=NAMED | members,
    claims=NAMED,
    module=values,
    headers=st.dictionaries(values, values, max_size=4),
    constants=values,
    query=st.dictionaries(values, values, max_size=4),
    path=values,
)
def test_nothing_of_what_was_sent_is_recorded(
    body: Any,
    claims: dict[str, Any],
    module: str,
    headers: dict[str, str],
    constants: str,
    query: dict[str, str],
    path: str,
) -> None:
    claims = claims | {
        "iss": module,
        "app": {"module": {"type": module, "key": module}, "environment": {"type": module}},
        "context": {"accountType": module, "environmentType": module, "extension": {"type": module}},
    }
    named = ("content-type", "ratelimit-reason", "x-failure-category", "x-atlassian-webhook-flow")
    sent = {name.lower(): value for name, value in headers.items()} | dict.fromkeys(named, constants)
    token = ".".join(
        jwt.utils.base64url_encode(json.dumps(part).encode()).decode()
        for part in ({"alg": module, "typ": module, "kid": module}, claims)
    )
    request = GatewayRequest(
        method="POST",
        path=f"/webhooks/{path}",
        query=urlencode(query),
        headers=sent,
        body=json.dumps(body).encode(),
        base_url=BASE_URL,
    )
    response = JiraResponse(200, body, sent)
    parsed = parse_token(f"{token}.", max_bytes=MAX_FORGE_TOKEN_BYTES)
    for kind, shape in (
        request_shape(request, parsed, token_alone=False),
        answer_shape("GET", f"https://site.example/rest/api/3/issue/{path}?{path}", response, by_token=True),
        key_host_shape(f"https://keys.example/{path}", 200, sent, json.dumps(body).encode()),
    ):
        told = (kind + json.dumps({path: sorted(forms) for path, forms in shape.items()})).lower()
        assert not re.search("s3cr3t|hush.?hush", told)
        assert all(re.fullmatch(r"[\w.<>\[\]-]+", path) for path in shape)
