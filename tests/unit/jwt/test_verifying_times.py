"""A token is good for a while: not for ever, not before it was made, and not by another clock than ours."""

import pytest

from tests.unit.jwt.handmade import NOW, OMITTED
from tests.unit.jwt.routes import Route, each_route, refused_as

DAY, YEAR = 86_400, 31_536_000

WRONG = {
    "no iat": ({"iat": OMITTED}, "iat-missing"),
    "iat null": ({"iat": None}, "iat-missing"),
    "no exp": ({"exp": OMITTED}, "exp-missing"),
    "exp null": ({"exp": None}, "exp-missing"),
    "neither": ({"iat": OMITTED, "exp": OMITTED}, "iat-missing"),
    "iat a float": ({"iat": NOW - 60.0}, "time-not-integer"),
    "exp a float": ({"exp": NOW + 120.5}, "time-not-integer"),
    "iat a string": ({"iat": str(NOW)}, "time-not-integer"),
    "exp a string": ({"exp": str(NOW + 120)}, "time-not-integer"),
    "iat true": ({"iat": True}, "time-not-integer"),
    "exp true": ({"exp": True}, "time-not-integer"),
    "iat an array": ({"iat": [NOW]}, "time-not-integer"),
    "exp an object": ({"exp": {"at": NOW + 120}}, "time-not-integer"),
    "iat negative": ({"iat": -1}, "time-not-integer"),
    "exp beyond every calendar": ({"exp": 2**53 + 1}, "time-not-integer"),
    "nbf a string": ({"nbf": str(NOW)}, "time-not-integer"),
    "nbf null": ({"nbf": None}, "time-not-integer"),
    "nbf true": ({"nbf": True}, "time-not-integer"),
    "expired 31 seconds ago": ({"exp": NOW - 31}, "expired"),
    "expired a day ago": ({"iat": NOW - DAY - 180, "exp": NOW - DAY}, "expired"),
    "expired in 1970": ({"iat": 0, "exp": 180}, "expired"),
    "issued 31 seconds ahead": ({"iat": NOW + 31, "exp": NOW + 180}, "not-yet-valid"),
    "issued a day ahead": ({"iat": NOW + DAY, "exp": NOW + DAY + 180}, "not-yet-valid"),
    "issued in milliseconds": ({"iat": NOW * 1000, "exp": NOW * 1000 + 180}, "not-yet-valid"),
    "issued 31 seconds ahead, valid from now": (
        {"iat": NOW + 31, "nbf": NOW, "exp": NOW + 180},
        "not-yet-valid",
    ),
    "valid in 31 seconds": ({"nbf": NOW + 31}, "not-yet-valid"),
    "valid in a day": ({"nbf": NOW + DAY, "exp": NOW + DAY + 180}, "not-yet-valid"),
    "lives for an hour and a second": ({"iat": NOW, "exp": NOW + 3601}, "lifetime-too-long"),
    "lives for a day": ({"exp": NOW + DAY}, "lifetime-too-long"),
    "lives for ten years": ({"exp": NOW + 10 * YEAR}, "lifetime-too-long"),
    "issued years ago and still alive": ({"iat": NOW - 10 * YEAR}, "lifetime-too-long"),
}


@each_route
@pytest.mark.parametrize(("changes", "reason"), WRONG.values(), ids=WRONG)
def test_wrong_times_are_refused(route: Route, changes: dict[str, object], reason: str) -> None:
    with refused_as(reason):
        route.verify(route.sign(route.claims(**changes)))


RIGHT = {
    "issued this second": {"iat": NOW, "exp": NOW + 180},
    "2 seconds ahead": {"iat": NOW + 2, "exp": NOW + 182},
    "30 seconds ahead": {"iat": NOW + 30, "exp": NOW + 210},
    "expired 2 seconds ago": {"exp": NOW - 2},
    "expired 30 seconds ago": {"exp": NOW - 30},
    "nbf now": {"nbf": NOW},
    "nbf 30 seconds ahead": {"nbf": NOW + 30},
    "as long as a browser's": {"iat": NOW - 10, "exp": NOW + 890},
    "an hour": {"iat": NOW, "exp": NOW + 3600},
}


@each_route
@pytest.mark.parametrize("changes", RIGHT.values(), ids=RIGHT)
def test_clocks_may_be_half_a_minute_apart(route: Route, changes: dict[str, object]) -> None:
    assert route.verify(route.sign(route.claims(**changes))).issued_at == changes.get("iat", NOW - 60)


@each_route
def test_a_fraction_of_a_second_counts(route: Route) -> None:
    token = route.sign(route.claims(exp=NOW))
    assert route.verify(token, now=NOW + 30.0).issued_at == NOW - 60
    with refused_as("expired"):
        route.verify(token, now=NOW + 30.5)
