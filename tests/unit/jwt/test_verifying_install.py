"""An install token is Atlassian's word for one site, meant for one app."""

import pytest
import urllib3

from connect_jwt.errors import KeyHostUnavailable, TokenRefused
from tests.unit.jwt.handmade import KID, NOW, OMITTED, SITE, Claims, atlassian_key, rs256, stranger_key
from tests.unit.jwt.key_host import URL, KeyHost, answer, failure, keys_of
from tests.unit.jwt.routes import AtHand, install_claims, never_called, on_install_route, refused_as

APP, STAGED = "https://app.example.com", "https://api.example.com/prod"


def _verify_for(audience: object) -> str:
    token = rs256(install_claims(aud=audience), key=atlassian_key())
    return on_install_route(token, audiences=(APP, f"{STAGED}/")).client_key


MEANT_FOR_US = {
    "our base URL": APP,
    "with a trailing slash": f"{APP}/",
    "a base URL with a path": STAGED,
    "that one with a trailing slash": f"{STAGED}/",
    "a list of one": [APP],
    "a list of ours": [f"{APP}/", STAGED],
}


@pytest.mark.parametrize("audience", MEANT_FOR_US.values(), ids=MEANT_FOR_US)
def test_our_own_base_urls_are_accepted(audience: object) -> None:
    assert _verify_for(audience) == SITE


NOT_MEANT_FOR_US = {
    "another app": "https://another-app.example",
    "ours is only its beginning": f"{APP}.evil.example",
    "ours is only its beginning, at a slash": f"{APP}/another-app",
    "only the beginning of ours": "https://app.example",
    "ours without its path": "https://api.example.com",
    "ours beside its path": "https://api.example.com/production",
    "two trailing slashes": f"{APP}//",
    "another scheme": APP.replace("https", "http"),
    "another port": f"{APP}:8443",
    "upper case": APP.upper(),
    "a space": f" {APP}",
    "the app's host only": "app.example.com",
    "a slash": "/",
    "a list with a foreign entry": [APP, "https://another-app.example"],
    "a foreign entry first": ["https://another-app.example", APP],
    "a list with an empty entry": [APP, ""],
    "a list with null": [APP, None],
    "a list in a list": [[APP]],
    "object": {"url": APP},
    "number": 7,
    "true": True,
}


@pytest.mark.parametrize("audience", NOT_MEANT_FOR_US.values(), ids=NOT_MEANT_FOR_US)
def test_whatever_else_is_refused(audience: object) -> None:
    with refused_as("aud-mismatch"):
        _verify_for(audience)


NOBODY = {"left out": OMITTED, "null": None, "empty": "", "an empty list": [], "false": False}


@pytest.mark.parametrize("audience", NOBODY.values(), ids=NOBODY)
def test_an_install_token_meant_for_nobody_is_refused(audience: object) -> None:
    with refused_as("aud-missing"):
        _verify_for(audience)


def test_an_app_that_knows_no_base_url_of_its_own_accepts_none() -> None:
    with refused_as("aud-mismatch"):
        on_install_route(rs256(install_claims(aud=APP), key=atlassian_key()), audiences=())


def test_a_kid_that_the_key_host_does_not_know_is_refused() -> None:
    key_host = KeyHost(answer(status=404))
    token = rs256(install_claims(), key=atlassian_key(), kid="fake-kid")
    with refused_as("kid-unknown"):
        on_install_route(token, keys=keys_of(key_host))
    assert key_host.asked == [f"GET {URL}/fake-kid"]


def test_the_kid_is_passed_on_as_it_came() -> None:
    keys = AtHand()
    on_install_route(rs256(install_claims(), key=atlassian_key()), keys=keys)
    assert keys.asked == [KID]


def test_a_key_host_that_does_not_answer_is_no_refusal() -> None:
    keys = keys_of(KeyHost(failure(urllib3.exceptions.ReadTimeoutError(None, URL, "slow"))))  # type: ignore[arg-type]
    with pytest.raises(KeyHostUnavailable):
        on_install_route(rs256(install_claims(), key=atlassian_key()), keys=keys)


NOT_WORTH_A_REQUEST: dict[str, tuple[Claims, str]] = {
    "meant for another app": ({"aud": "https://another-app.example"}, "aud-mismatch"),
    "meant for nobody": ({"aud": OMITTED}, "aud-missing"),
    "for another request": ({"qsh": "0" * 64}, "qsh-mismatch"),
    "a page's token": ({"qsh": "context-qsh"}, "qsh-is-context"),
    "expired": ({"iat": NOW - 400, "exp": NOW - 220}, "expired"),
    "from tomorrow": ({"iat": NOW + 86_400, "exp": NOW + 86_580}, "not-yet-valid"),
    "good for a day": ({"exp": NOW + 86_400}, "lifetime-too-long"),
    "of nobody": ({"iss": OMITTED}, "iss-unknown"),
}


@pytest.mark.parametrize(("changes", "reason"), NOT_WORTH_A_REQUEST.values(), ids=NOT_WORTH_A_REQUEST)
def test_no_key_is_fetched_for_a_token_that_says_the_wrong_thing(changes: Claims, reason: str) -> None:
    key_host = KeyHost()
    with refused_as(reason):
        on_install_route(rs256(install_claims(**changes), key=stranger_key()), keys=keys_of(key_host))
    assert key_host.asked == []


def test_no_key_is_fetched_when_the_body_says_otherwise() -> None:
    key_host = KeyHost()

    def contradict(client_key: str) -> None:
        raise TokenRefused(f"not-{client_key}", "the body is another site's")

    token = rs256(install_claims(), key=atlassian_key())
    with refused_as(f"not-{SITE}"):
        on_install_route(token, keys=keys_of(key_host), check_body=contradict)
    assert key_host.asked == []


def test_with_a_key_at_hand_the_signature_is_looked_at_first() -> None:
    keys = keys_of(KeyHost())
    keys.public_key(KID)
    forged = rs256(install_claims(aud="https://another-app.example"), key=stranger_key())
    with refused_as("signature-mismatch"):
        on_install_route(forged, keys=keys, check_body=never_called)


def test_what_was_right_before_the_key_was_fetched_does_not_make_up_for_the_signature() -> None:
    with refused_as("signature-mismatch"):
        on_install_route(rs256(install_claims(), key=stranger_key()), keys=keys_of(KeyHost()))
