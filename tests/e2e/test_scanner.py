"""Requests of the scanner for Atlassian's marketplace, for every URL in the descriptor.

https://github.com/atlassian-labs/connect-security-req-tester (`scans/`, `analyzers/`)
"""

import json
from collections.abc import Callable
from functools import cache

import jwt
import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import rsa

from connect_local.laptop.stack import LaptopStack
from connect_tools.project import PROJECT
from tests.e2e.visitor import Visitor

DESCRIPTOR = json.loads((PROJECT / "descriptor" / "atlassian-connect.json").read_text(encoding="utf-8"))
ADMIN_MODULES = ("configurePage", "adminPages", "jiraProjectAdminTabPanels", "jiraProjectPermissions")
LIFECYCLE = sorted(DESCRIPTOR["lifecycle"].values())


def urls_of(*modules: str) -> list[str]:
    found: list[str] = []
    for module in modules:
        entries = DESCRIPTOR["modules"].get(module, [])
        found += [entry["url"] for entry in (entries if isinstance(entries, list) else [entries])]
    return found


URLS = sorted([*LIFECYCLE, *urls_of(*DESCRIPTOR["modules"])])


@cache
def foreign_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed_by_a_foreign_key(visitor: Visitor) -> str:
    claims = {"aud": f"{visitor.base_url}/atlassian-connect.json", "iss": visitor.installation.client_key}
    return jwt.encode(claims, foreign_key(), algorithm="RS256", headers={"kid": "fake-kid"})


TOKENS: dict[str, Callable[[Visitor], str | None]] = {
    "no token": lambda _: None,
    "a wrong secret": lambda visitor: visitor.token(secret="a secret that the scanner has made up", qsh="x"),
    "alg none": lambda visitor: visitor.token(algorithm="none", qsh="x"),
    "a foreign key": signed_by_a_foreign_key,
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", URLS)
def test_nothing_is_had_without_a_proof(
    admin: Visitor, url: str, method: str, token: Callable[[Visitor], str | None]
) -> None:
    made = token(admin)
    responses = [
        admin.request(method, url, **({"authorization": f"JWT {made}"} if made else {})),
        admin.request(method, f"{url}?jwt={made}" if made else url),
    ]
    for response in responses:
        assert response.status >= 400
        assert response.status < 500
        assert response.data == b""
        _has_the_headers(response)


@pytest.mark.parametrize("url", [url for url in LIFECYCLE if "install" in url])
def test_an_install_that_looks_right_and_is_signed_by_a_foreign_key_is_refused(
    stack: LaptopStack, admin: Visitor, url: str
) -> None:
    body = {
        "key": admin.installation.descriptor.key,
        "clientKey": admin.installation.client_key,
        "sharedSecret": "s" * 40,
        "baseUrl": stack.jira and stack.jira.base_url,
        "eventType": url.rpartition("/")[2],
    }
    headers = {"Authorization": f"JWT {signed_by_a_foreign_key(admin)}"}
    response = admin.http.request("POST", f"{admin.base_url}{url}", json=body, headers=headers, retries=False)
    assert response.status == 401
    assert admin.call("/api/health").status == 200  # the secret is what it was


@pytest.mark.parametrize("url", urls_of(*ADMIN_MODULES))
def test_who_is_no_administrator_gets_nothing_of_an_administrators_module(
    admin: Visitor, member: Visitor, url: str
) -> None:
    token = member.page_token(url, "")
    in_header = member.request("GET", url, authorization=f"JWT {token}")
    in_query = member.request("GET", f"{url}?jwt={token}")
    for response in (in_header, in_query):
        assert response.status == 403
        _has_the_headers(response)
    assert admin.request("GET", f"{url}?jwt={admin.page_token(url, '')}").status == 200


@pytest.mark.parametrize("path", ["/atlassian-connect.json", "/api/health", "/pages/hello-world", "/"])
def test_what_is_answered_has_the_headers_whatever_the_status(admin: Visitor, path: str) -> None:
    _has_the_headers(admin.get(path))
    _has_the_headers(admin.page(path))
    _has_the_headers(admin.call(path))


def _has_the_headers(response: urllib3.BaseHTTPResponse) -> None:
    headers = response.headers
    assert {"no-cache", "no-store"} <= {part.strip() for part in headers["Cache-Control"].split(",")}
    assert headers["Referrer-Policy"] not in {"unsafe-url", "no-referrer-when-downgrade"}
    assert int(headers["Strict-Transport-Security"].partition("max-age=")[2].partition(";")[0]) >= 31536000
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
