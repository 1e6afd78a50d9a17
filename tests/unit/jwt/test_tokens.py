"""Place of a token in a request; a parsed token does not reveal itself."""

import pytest

from connect_jwt.tokens import find_token, parse_token
from tests.unit.jwt.handmade import SITE, claims, hs256
from tests.unit.jwt.routes import refused_as

FOUND = {
    "header": ("JWT a.b.c", ""),
    "header with another query": ("JWT a.b.c", "lic=none&JWT=x.y.z&x=jwt"),
    "scheme in lower case": ("jwt a.b.c", ""),
    "more spaces": ("  JWT   a.b.c ", ""),
    "query": (None, "lic=none&jwt=a.b.c&cp="),
    "percent-encoded query": (None, "%6Awt=a%2Eb%2Ec"),
    "the same in both": ("JWT a.b.c", "jwt=a.b.c"),
    "the same twice": (None, "jwt=a.b.c&jwt=a.b.c"),
    "query beside a header of another scheme": ("Bearer x.y.z", "jwt=a.b.c"),
}


@pytest.mark.parametrize(("authorization", "query"), FOUND.values(), ids=FOUND)
def test_the_token_is_in_the_header_or_the_query(authorization: str | None, query: str) -> None:
    assert find_token(authorization, query) == "a.b.c"


NOT_FOUND = {
    "neither": (None, "", "token-missing"),
    "parameter in upper case": (None, "JWT=a.b.c", "token-missing"),
    "parameter's name is only its beginning": (None, "jwt2=a.b.c", "token-missing"),
    "Bearer": ("Bearer a.b.c", "", "scheme-not-jwt"),
    "Basic": ("Basic dXNlcjpwYXNz", "lic=none", "scheme-not-jwt"),
    "no scheme": ("a.b.c", "", "scheme-not-jwt"),
    "empty header": ("", "", "scheme-not-jwt"),
    "a scheme that begins like it": ("JWTX a.b.c", "", "scheme-not-jwt"),
    "one in the header, another in the query": ("JWT a.b.c", "jwt=x.y.z", "token-twice"),
    "two in the query": (None, "jwt=a.b.c&jwt=x.y.z", "token-twice"),
    "one and an empty one": (None, "jwt=a.b.c&jwt=", "token-twice"),
    "an empty one in the header": ("JWT ", "jwt=a.b.c", "token-twice"),
}


@pytest.mark.parametrize(("authorization", "query", "reason"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_a_request_without_one_token_is_refused(authorization: str | None, query: str, reason: str) -> None:
    with refused_as(reason):
        find_token(authorization, query)


def test_a_token_taken_apart_shows_nothing_it_could_be_signed_with() -> None:
    token = hs256(claims())
    shown = repr(parse_token(token))
    assert SITE in shown
    assert all(part not in shown for part in token.split("."))


def test_a_refusal_never_quotes_the_token() -> None:
    token = hs256(claims(iss="\ud800 in the way")) + "!"
    with refused_as("token-malformed"):
        parse_token(token)
    with pytest.raises(Exception, match="token-malformed") as refusal:
        parse_token(token)
    assert all(part not in str(refusal.value) for part in token.split("."))
