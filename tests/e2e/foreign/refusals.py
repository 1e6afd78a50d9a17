"""Faults of tokens on every route, whoever signs there; each with the reason for its refusal."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.e2e.foreign.drafts import CANARY, KID, Draft

NOT_SIGNED, NO_SIGNATURE, WRONG_ALG = "not_signed", "no_signature", "wrong_alg"
"""Instead of a reason: what it is called depends on who signs on the route."""

MINUTE, HOUR, DAY, YEAR = 60, 3600, 24 * 3600, 365 * 24 * 3600


class Refusal(NamedTuple):
    """One thing that is wrong.

    Attributes:
        reason: the slug in the log
        spoil: makes it wrong
        status: of the response
    """

    reason: str
    spoil: Callable[[Draft], Draft]
    status: int = 401


NO_TOKEN: Mapping[str, Refusal] = {
    "no token": Refusal("token-missing", lambda draft: draft.unsigned()),
    "an empty Authorization": Refusal("scheme-not-jwt", lambda draft: draft.authorized_as(lambda _: "")),
    "scheme Bearer": Refusal(
        "scheme-not-jwt", lambda draft: draft.authorized_as(lambda token: f"Bearer {token}")
    ),
    "no scheme": Refusal("scheme-not-jwt", lambda draft: draft.authorized_as(lambda token: token)),
    "a scheme and no token": Refusal("token-malformed", lambda draft: draft.authorized_as(lambda _: "JWT")),
    "two Authorization headers": Refusal(
        "token-decorated",
        lambda draft: draft.authorized_as(lambda token: [f"JWT {token}", f"JWT {token}"]),
    ),
    "another token in the query": Refusal(
        "token-twice",
        lambda draft: draft.carried(lambda token: (f"JWT {token}", [draft.another_token(jti="other")])),
    ),
    "two tokens in the query": Refusal(
        "token-twice",
        lambda draft: draft.carried(lambda token: (None, [token, draft.another_token(jti="other")])),
    ),
    "no token in the query": Refusal("token-malformed", lambda draft: draft.carried(lambda _: (None, [""]))),
}

GARBLED: Mapping[str, Refusal] = {
    "over 8 KiB": Refusal("token-too-large", lambda draft: draft.claiming(context=CANARY * 1050)),
    "cut after its header": Refusal(
        "token-malformed", lambda draft: draft.garbled(lambda token: token.partition(".")[0])
    ),
    "without its signature": Refusal(
        "token-malformed", lambda draft: draft.garbled(lambda token: token.rpartition(".")[0])
    ),
    "four parts": Refusal("token-malformed", lambda draft: draft.garbled(lambda token: f"{token}.e30")),
    "not base64": Refusal(
        "token-malformed", lambda draft: draft.garbled(lambda token: token.replace("e", "!"))
    ),
    "not ASCII": Refusal("token-decorated", lambda draft: draft.garbled(lambda token: f"é{token}")),
    "a space in it": Refusal(
        "token-decorated", lambda draft: draft.garbled(lambda token: f"{token[:9]} {token[9:]}")
    ),
    "header is a list": Refusal(
        "token-malformed", lambda draft: draft.signed_by(lambda _: draft.jira.forge("[]", "{}"))
    ),
    "claims are a text": Refusal(
        "token-malformed",
        lambda draft: draft.signed_by(lambda _: draft.jira.forge('{"alg":"HS256"}', '"iss"')),
    ),
    "claims are no JSON": Refusal(
        "token-malformed",
        lambda draft: draft.signed_by(lambda _: draft.jira.forge('{"alg":"HS256"}', "{iss:1}")),
    ),
}

UNPROVED: Mapping[str, Refusal] = {
    "an empty signature": Refusal(
        NO_SIGNATURE, lambda draft: draft.garbled(lambda token: token.rpartition(".")[0] + ".")
    ),
    "signature of another token": Refusal(
        NOT_SIGNED,
        lambda draft: draft.garbled(lambda token: _spliced(token, draft.another_token(exp=draft.now + 99))),
    ),
    "claims changed after signing": Refusal(
        NOT_SIGNED, lambda draft: draft.garbled(lambda token: _with_claims(token, sub="another-user"))
    ),
    "claims nested deeply, unproved": Refusal(
        NOT_SIGNED,
        lambda draft: draft.garbled(
            lambda token: _with_claims(token, context=json.loads("[" * 900 + "]" * 900))
        ),
    ),
    "alg none": Refusal("alg-none", lambda draft: draft.forged({"alg": "none"})),
    "alg None": Refusal("alg-none", lambda draft: draft.forged({"alg": "None", "typ": "JWT", "kid": KID})),
    "alg NONE, signed": Refusal(
        "alg-none", lambda draft: draft.forged({"alg": "NONE"}, secret=draft.site.secret)
    ),
    "no alg": Refusal(WRONG_ALG, lambda draft: draft.forged({"kid": KID}, secret=draft.site.secret)),
    "alg is a list": Refusal(
        WRONG_ALG, lambda draft: draft.forged({"alg": ["RS256", "HS256"], "kid": KID}, key="atlassian")
    ),
    "alg in lower case": Refusal(
        WRONG_ALG, lambda draft: draft.forged({"alg": "hs256", "kid": KID}, secret=draft.site.secret)
    ),
}

OUT_OF_TIME: Mapping[str, Refusal] = {
    "no exp": Refusal("exp-missing", lambda draft: draft.without("exp")),
    "exp null": Refusal("exp-missing", lambda draft: draft.claiming(exp=None)),
    "no iat": Refusal("iat-missing", lambda draft: draft.without("iat")),
    "exp years away": Refusal("lifetime-too-long", lambda draft: draft.claiming(exp=draft.now + 10 * YEAR)),
    "lives for two hours": Refusal(
        "lifetime-too-long", lambda draft: draft.claiming(exp=draft.now + 2 * HOUR)
    ),
    "expired an hour ago": Refusal("expired", lambda draft: draft.signed_at(-HOUR)),
    "expired 40 s ago": Refusal("expired", lambda draft: draft.signed_at(-220)),
    "iat a day ahead": Refusal("not-yet-valid", lambda draft: draft.signed_at(DAY)),
    "iat 40 s ahead": Refusal("not-yet-valid", lambda draft: draft.signed_at(40)),
    "nbf a day ahead": Refusal("not-yet-valid", lambda draft: draft.claiming(nbf=draft.now + DAY)),
    "times are texts": Refusal(
        "time-not-integer", lambda draft: draft.claiming(iat=str(draft.now), exp=str(draft.now + MINUTE))
    ),
    "exp has a fraction": Refusal("time-not-integer", lambda draft: draft.claiming(exp=draft.now + 60.5)),
    "iat is true": Refusal("time-not-integer", lambda draft: draft.claiming(iat=True)),
    "exp in milliseconds": Refusal("time-not-in-seconds", lambda draft: draft.claiming(exp=draft.now * 1000)),
    "exp beyond all numbers": Refusal("time-not-integer", lambda draft: draft.claiming(exp=10**300)),
    "iat below zero": Refusal("time-not-integer", lambda draft: draft.claiming(iat=-1)),
}

BOUND_ELSEWHERE: Mapping[str, Refusal] = {
    "no qsh": Refusal("qsh-missing", lambda draft: draft.without("qsh")),
    "qsh empty": Refusal("qsh-not-hex", lambda draft: draft.claiming(qsh="")),
    "qsh a list": Refusal("qsh-missing", lambda draft: draft.claiming(qsh=["context-qsh"])),
    "context-qsh": Refusal("qsh-is-context", lambda draft: draft.claiming(qsh="context-qsh")),
    "qsh of another path": Refusal(
        "qsh-mismatch", lambda draft: draft.hashed_as(path="/lifecycle/installing")
    ),
    "qsh of another method": Refusal("qsh-method", lambda draft: draft.hashed_as(method="GET")),
    "qsh of a query that is not there": Refusal(
        "qsh-mismatch", lambda draft: draft.hashed_as(query=f"a={CANARY}")
    ),
    "a query that is not in qsh": Refusal(
        "qsh-query-missing", lambda draft: draft.hashed_as(query="").asking(f"user_key={CANARY}")
    ),
    "a parameter once more than in qsh": Refusal(
        "qsh-repeated-values", lambda draft: draft.hashed_as(query=f"a={CANARY}").asking(f"a={CANARY}&a=1")
    ),
    "qsh of the whole URL": Refusal(
        "qsh-mismatch", lambda draft: draft.hashed_as(path=f"/{draft.base_url}{draft.path}")
    ),
    "no iss": Refusal("iss-unknown", lambda draft: draft.without("iss")),
    "iss empty": Refusal("iss-unknown", lambda draft: draft.claiming(iss="")),
    "iss a list": Refusal("iss-unknown", lambda draft: draft.claiming(iss=[draft.site.client_key])),
    "iss endless": Refusal("iss-unknown", lambda draft: draft.claiming(iss="x" * 300)),
}

ON_EVERY_ROUTE: Mapping[str, Refusal] = {**NO_TOKEN, **GARBLED, **UNPROVED, **OUT_OF_TIME, **BOUND_ELSEWHERE}


def _spliced(token: str, other: str) -> str:
    return f"{token.rpartition('.')[0]}.{other.rpartition('.')[2]}"


def _with_claims(token: str, **claims: object) -> str:
    header, payload, signature = token.split(".")
    old = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps(old | claims).encode()).rstrip(b"=").decode()
    return f"{header}.{changed}.{signature}"
