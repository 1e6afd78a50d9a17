"""A `kid` comes from a stranger and becomes part of a URL: only an identifier gets that far."""

import pytest

from tests.unit.jwt.handmade import OMITTED, atlassian_key, rs256
from tests.unit.jwt.key_host import URL, KeyHost, keys_of
from tests.unit.jwt.routes import install_claims, on_install_route, refused_as

UNSAFE = {
    "parent folder": "../x",
    "parent folder inside": "a/../b",
    "parent folder at the end": "a/..",
    "this folder inside": "a/./b",
    "this folder in front": "./a",
    "dots alone inside": "a/.../b",
    "nothing between two slashes": "a//b",
    "slash at the end": "a/",
    "slash alone": "/",
    "nine words": "a/b/c/d/e/f/g/h/i",
    "absolute path": "/etc/passwd",
    "another host": "https://evil.example/key",
    "host without scheme": "//evil.example/key",
    "user and host": "@evil.example",
    "port": "a:80",
    "list of parameters": "a;b=c",
    "backslash": "..\\x",
    "encoded slash": "a%2Fb",
    "encoded dot": "%2e",
    "this folder": ".",
    "the folder above": "..",
    "more dots": "....",
    "query": "a?b",
    "fragment": "a#b",
    "empty": "",
    "space": "a b",
    "256 characters": "a" * 256,
    "256 characters in two words": f"{'a' * 127}/{'a' * 128}",
    "not ASCII": "clé",
    "digits that are not ASCII": "١٢٣",
    "a slash that is not ASCII": "a\u2215b",
    "DEL": "a\x7f",
    "newline at the end": "a\n",
    "dots and a newline": "..\n",
    "newline inside": "a\r\nHost: evil.example",
    "NUL": "a\0",
    "number": 7,
    "zero": 0,
    "true": True,
    "array": ["a"],
    "object": {"kid": "a"},
}


@pytest.mark.parametrize("kid", UNSAFE.values(), ids=UNSAFE)
def test_what_is_no_identifier_never_reaches_the_key_host(kid: object) -> None:
    key_host = KeyHost()
    with refused_as("kid-unsafe"):
        on_install_route(
            rs256(install_claims(), key=atlassian_key(), kid=kid),
            keys=keys_of(key_host),
        )
    assert key_host.asked == []


@pytest.mark.parametrize("kid", [OMITTED, None], ids=["left out", "null"])
def test_a_token_without_kid_never_reaches_the_key_host(kid: object) -> None:
    key_host = KeyHost()
    with refused_as("kid-missing"):
        on_install_route(
            rs256(install_claims(), key=atlassian_key(), kid=kid),
            keys=keys_of(key_host),
        )
    assert key_host.asked == []


IDENTIFIERS = [
    "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef",
    "0e50fccb-239d-4991-a5db-dc850ba3f236",
    "a",
    "a/b",
    "a.b_c-1+2",
    ".well-known/_a/..b/c..",
    "a/b/c/d/e/f/g/h",
    "a" * 255,
    f"{'a' * 127}/{'a' * 127}",
]


@pytest.mark.parametrize("kid", IDENTIFIERS)
def test_an_identifier_is_asked_for_as_it_is(kid: str) -> None:
    key_host = KeyHost()
    on_install_route(
        rs256(install_claims(), key=atlassian_key(), kid=kid),
        keys=keys_of(key_host),
    )
    assert key_host.asked == [f"GET {URL}/{kid}"]
