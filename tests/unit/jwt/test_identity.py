"""A shared secret shows itself only when asked to."""

import copy
import json
import pickle
import pprint
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pytest

from connect_jwt.identity import AppKey, SharedSecret
from connect_jwt.signing import SigningIdentity

CLEAR = "kept-to-oneself-0123456789"


@dataclass
class Holder:
    secret: SharedSecret
    others: list[SharedSecret]


SHOWN: dict[str, Callable[[SharedSecret], str]] = {
    "repr": repr,
    "str": str,
    "format": format,
    "f-string": lambda secret: f"{secret} {secret!s} {secret!r} {secret!a}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
    "padded": lambda secret: f"{secret!s:>40}",
    "in a list": lambda secret: str([secret]),
    "in a dictionary": lambda secret: str({"sharedSecret": secret}),
    "in a dataclass": lambda secret: repr(Holder(secret, [secret])),
    "pretty-printed": lambda secret: pprint.pformat(Holder(secret, [secret])),
    "in an identity": lambda secret: repr(
        SigningIdentity(app_key=AppKey("app"), base_url="https://x.example", shared_secret=secret)
    ),
    "as JSON by its text": lambda secret: json.dumps({"secret": secret}, default=str),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_it_never_shows(show: Callable[[SharedSecret], str]) -> None:
    shown = show(SharedSecret(CLEAR))
    assert "SharedSecret(" in shown
    assert CLEAR not in shown


def test_it_does_not_show_in_a_traceback_with_variables() -> None:
    secret = SharedSecret(CLEAR)
    with pytest.raises(LookupError) as failure:
        raise LookupError(secret)
    report = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
    shown = "".join(report.format())
    assert "secret = SharedSecret(…)" in shown
    assert CLEAR not in shown


COPIED: dict[str, Callable[[SharedSecret], object]] = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": pickle.dumps,
    "pickled in another protocol": lambda secret: pickle.dumps(secret, protocol=0),
    "pickled inside": lambda secret: pickle.dumps({"secret": secret}),
    "made a dictionary": lambda secret: asdict(Holder(secret, [])),
    "written as JSON": json.dumps,
    "a key of a dictionary": hash,
    "looked into": vars,
    "joined to text": lambda secret: "secret: " + secret,  # type: ignore[operator]
}


@pytest.mark.parametrize("take", COPIED.values(), ids=COPIED)
def test_it_cannot_be(take: Callable[[SharedSecret], object]) -> None:
    with pytest.raises(TypeError) as refusal:
        take(SharedSecret(CLEAR))
    assert CLEAR not in str(refusal.value)


def test_it_shows_when_asked_to() -> None:
    assert SharedSecret(CLEAR).reveal() == CLEAR
    assert SharedSecret("clé").key_bytes() == b"cl\xc3\xa9"


def test_equal_secrets_are_equal() -> None:
    assert SharedSecret(CLEAR) == SharedSecret("".join(CLEAR))
    assert SharedSecret(CLEAR) != SharedSecret(CLEAR + "0")
    assert SharedSecret("clé") != SharedSecret("cle")


@pytest.mark.parametrize("other", [CLEAR, CLEAR.encode(), None, AppKey(CLEAR)], ids=repr)
def test_a_secret_equals_nothing_but_a_secret(other: object) -> None:
    assert SharedSecret(CLEAR) != other
