"""Each example is found to have the fault that it is for, first and above all."""

import pytest

from connect_doctor.examination import examine
from connect_doctor.examples import CODES, example
from connect_doctor.question import Question, requests_of
from connect_jwt.diagnosis import Verdict
from connect_jwt.diagnosis.catalogue import CATALOGUE

NEED_MORE_THAN_A_FORM_HAS = {
    "kid-unknown",  # Atlassian's key host
    "signature-mismatch",  # Atlassian's public key
    "secret-out-of-sync",  # how often Jira has refused
    "secret-of-another-tenant",  # the secrets of other sites
}


def question(fields: dict[str, str]) -> Question:
    return Question(
        pasted=fields["request"],
        app_key=fields.get("app-key"),
        client_key=fields.get("client-key"),
        base_url=fields.get("base-url"),
        secret=fields.get("secret"),
        previous_secrets=tuple(fields.get("previous-secret", "").split()),
        direction=fields.get("direction"),
        at=fields.get("at"),
        response=fields.get("response"),
    )


def test_every_code_has_one_but_those_that_need_more_than_a_form_has() -> None:
    assert set(CATALOGUE) - CODES == NEED_MORE_THAN_A_FORM_HAS
    assert set(CATALOGUE) >= CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_example_has_its_fault_first(code: str) -> None:
    (request,) = requests_of(question(example(code)))
    diagnosis = examine(request).diagnosis
    assert diagnosis.findings[0].code == code
    assert diagnosis.verdict is Verdict.REFUSED
