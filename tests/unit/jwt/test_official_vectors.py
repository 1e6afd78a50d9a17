"""Atlassian's own interoperability vectors: what its Java code signed in 2016 and still signs.

They are no part of this repository; the folder `shared/vectors` is looked for beside the checkout.
"""

import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from connect_jwt.canonical import canonical_request, query_string_hash, split_url
from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import find_token, parse_token
from connect_jwt.verifying import SignedRequest, verify_request_token

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors" / "qsh_official.json"

if not VECTORS.is_file():
    pytest.skip("Atlassian's vectors are not beside this checkout", allow_module_level=True)

_FILE: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
OFFICIAL, DOCUMENTED = _FILE["official"], _FILE["docs"]

Vector: TypeAlias = dict[str, Any]

each_vector = pytest.mark.parametrize(
    "vector", [pytest.param(vector, id=vector["name"]) for vector in OFFICIAL["tests"] + DOCUMENTED]
)
each_signed_vector = pytest.mark.parametrize(
    "vector", [pytest.param(vector, id=vector["name"]) for vector in OFFICIAL["tests"]]
)


def test_none_is_missing() -> None:
    assert (len(OFFICIAL["tests"]), len(DOCUMENTED)) == (78, 2)


@each_vector
def test_the_canonical_request_is_atlassians(vector: Vector) -> None:
    assert canonical_request(vector["method"], vector["path"], vector["query"]) == vector["canonical"]


@each_vector
def test_the_hash_is_atlassians(vector: Vector) -> None:
    assert query_string_hash(vector["method"], vector["path"], vector["query"]) == vector["qsh"]


@each_signed_vector
def test_a_url_that_atlassian_signed_is_verified(vector: Vector) -> None:
    path, query = split_url(vector["signed_url"], "https://example.com")
    verified = verify_request_token(
        parse_token(find_token(None, query)),
        request=SignedRequest(vector["method"], path, query),
        secrets=[SharedSecret(OFFICIAL["secret"])],
        now=OFFICIAL["frozen_time_inside_validity"],
    )
    assert verified.client_key == vector["claims"]["iss"]
    assert verified.issued_at == vector["claims"]["iat"]
