"""Every code is explained, and every code that the diagnosis can yield has a fault that it is found for."""

import re
from pathlib import Path

import pytest

from connect_jwt.causes import Cause
from connect_jwt.diagnosis.at_the_app import CURES
from connect_jwt.diagnosis.call_causes import CALL_CAUSES
from connect_jwt.diagnosis.catalogue import CATALOGUE
from connect_jwt.errors import Reason
from tests.unit.diagnosis.faults import AT_INSTALL, TO_APP, TO_JIRA
from tests.unit.diagnosis.hash_faults import HASH_FAULTS
from tests.unit.diagnosis.hash_forms import HASH_FORMS, SPELLINGS
from tests.unit.diagnosis.test_answers import ANSWERS
from tests.unit.diagnosis.test_kinds import KINDS
from tests.unit.diagnosis.test_secret_faults import KEYS, SIGNATURES

WHY_IS_IT_401 = Path(__file__).parents[3] / "docs" / "why-is-it-401.md"

NEEDS_MORE_THAN_ONE_REQUEST_TELLS = {
    "kid-unknown",  # Atlassian's key host
    "signature-mismatch",  # Atlassian's public key
    "secret-out-of-sync",  # how often Jira has refused
}
STABLE = {
    "iss-is-client-key",
    "iss-unknown",
    "iss-is-app-key",
    "secret-mismatch",
    "secret-previous",
    "secret-is-base64-decoded",
    "secret-of-another-tenant",
    "qsh-missing",
    "qsh-mismatch",
    "qsh-context-path",
    "qsh-full-url",
    "qsh-query-missing",
    "qsh-query-encoding",
    "qsh-repeated-values",
    "qsh-trailing-slash",
    "qsh-method",
    "qsh-stage-prefix",
    "qsh-jwt-parameter-included",
    "qsh-decoded-path",
    "qsh-form-body",
    "qsh-is-context",
    "expired",
    "not-yet-valid",
    "lifetime-too-long",
    "exp-missing",
    "iat-missing",
    "time-not-integer",
    "alg-not-hs256",
    "alg-not-rs256",
    "alg-none",
    "sub-present",
    "scheme-not-jwt",
    "token-twice",
    "token-malformed",
    "token-too-large",
    "kid-missing",
    "kid-unknown",
    "kid-unsafe",
    "aud-mismatch",
    "aud-missing",
    "client-key-mismatch",
    "wrong-host",
    "scope-missing",
    "needs-admin",
    "app-not-installed",
    "oauth-token-with-jwt-scheme",
    "form-encoded-body",
}
each_code = pytest.mark.parametrize("code", CATALOGUE)


def test_no_code_is_ever_taken_back() -> None:
    assert set(CATALOGUE) >= STABLE


def test_every_reason_for_refusing_a_token_is_a_code() -> None:
    assert set(CATALOGUE) >= set(Reason) - {Reason.KEY_HOST_UNAVAILABLE}


def test_every_code_is_proved_to_be_found_but_those_that_one_request_cannot_show() -> None:
    faults = [*TO_JIRA.values(), *TO_APP.values(), *AT_INSTALL.values()]
    found = {
        *(fault.code for fault in faults),
        *(code for fault in (HASH_FAULTS | HASH_FORMS).values() for code in fault.codes.split()),
        *(code for codes, _ in SPELLINGS.values() for code in codes.split()),
        *(code for code, *_ in (*KEYS.values(), *SIGNATURES.values())),
        *(code for code, _ in (*KINDS.values(), *ANSWERS.values())),
        *("token-decorated", "token-misplaced", "api-token", "user-key-gone", "access-token-refused"),
    }
    assert found <= set(CATALOGUE)
    assert set(CATALOGUE) - found == NEEDS_MORE_THAN_ONE_REQUEST_TELLS


def test_every_cause_that_an_answer_names_is_a_code_of_the_call_and_not_of_the_token() -> None:
    assert set(CALL_CAUSES) >= set(Cause)


def test_the_app_s_own_cures_are_for_codes_that_there_are() -> None:
    assert set(CURES) <= set(CATALOGUE)
    for cure in CURES.values():
        assert cure[0].isupper()
        assert cure.endswith(".")
        assert len(cure) <= 120


@each_code
def test_it_is_explained_in_a_short_sentence_or_two(code: str) -> None:
    for text in CATALOGUE[code]:
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(text) <= 120


@each_code
def test_it_has_one_section_in_the_documentation(code: str) -> None:
    headings = re.findall(r"^## `(.+)`$", WHY_IS_IT_401.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings.count(code) == 1
