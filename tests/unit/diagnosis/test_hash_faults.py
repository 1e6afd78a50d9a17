"""Every mistake in the hash is found by what was hashed, and a right hash is all there is to mend."""

from collections.abc import Callable
from functools import partial

import atlassian_jwt
import pytest

from connect_jwt.diagnosis import Certainty, Direction, Verdict, diagnose
from tests.unit.diagnosis.hash_faults import HASH_FAULTS, HashFault, Inbound
from tests.unit.diagnosis.hash_forms import HASH_FORMS, SPELLINGS
from tests.unit.diagnosis.signed import APP_KEY, CALL, SITE_URL, app_token, call
from tests.unit.jwt.handmade import NOW, SECRET, SITE, qsh

FAULTS = HASH_FAULTS | HASH_FORMS
NAMED = {name: fault for name, fault in FAULTS.items() if fault.codes}
each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
each_named_fault = pytest.mark.parametrize("fault", NAMED.values(), ids=NAMED)


@each_fault
def test_the_mistake_is_named_first_and_the_mismatch_after_it(fault: HashFault) -> None:
    diagnosis = diagnose(fault.evidence(fault.hashed))
    codes = " ".join(finding.code for finding in diagnosis.findings)
    assert codes == f"{fault.codes} qsh-mismatch".strip()
    assert {finding.certainty for finding in diagnosis.findings} == {Certainty.CERTAIN}
    assert diagnosis.verdict is Verdict.REFUSED
    assert diagnosis.direction is (Direction.TO_APP if isinstance(fault, Inbound) else Direction.TO_JIRA)


@each_named_fault
def test_what_was_hashed_is_shown(fault: HashFault) -> None:
    diagnosis = diagnose(fault.evidence(fault.hashed))
    assert diagnosis.canonical == fault.hashed
    assert diagnosis.actual_qsh == qsh(fault.hashed)
    assert diagnosis.expected_qsh == qsh(fault.right)


@each_fault
def test_a_right_hash_is_all_there_is_to_mend(fault: HashFault) -> None:
    diagnosis = diagnose(fault.evidence(fault.right))
    assert diagnosis.findings == ()
    assert diagnosis.verdict is Verdict.ACCEPTED
    assert diagnosis.canonical == fault.right
    assert diagnosis.expected_qsh == diagnosis.actual_qsh == qsh(fault.right)


@pytest.mark.parametrize(("codes", "spell"), SPELLINGS.values(), ids=SPELLINGS)
def test_how_the_hash_is_written_is_named_with_what_belongs_there(
    codes: str, spell: Callable[[str], str]
) -> None:
    diagnosis = diagnose(call(app_token(qsh=spell(CALL))))
    assert [found.code for found in diagnosis.findings] == [*codes.split(), "qsh-mismatch"]
    assert diagnosis.verdict is Verdict.REFUSED
    seen = diagnosis.findings[0].seen
    if codes.startswith("qsh-not-hex"):
        assert "64 lower-case hex digits belong there" in seen


def test_a_hash_in_capitals_of_another_request_is_explained_by_both_mistakes() -> None:
    wrong = qsh(CALL.replace("&jql", "&jql=x&jql")[: CALL.index("&jql")] + "&").upper()
    codes = [found.code for found in diagnose(call(app_token(qsh=wrong))).findings]
    assert codes == ["qsh-not-hex", "qsh-query-missing", "qsh-mismatch"]


sign = partial(
    atlassian_jwt.encode_token,
    clientKey=SITE,
    sharedSecret=SECRET,
    payload_kwargs={"iss": APP_KEY, "iat": NOW, "exp": NOW + 180},
)
WIKI = f"{SITE_URL}/wiki"
BY_ATLASSIAN_JWT = {
    "it knows no base URL": ("qsh-context-path", f"{WIKI}/rest/api/space?limit=5"),
    "parameters are added after signing": ("qsh-query-missing", "/rest/api/space"),
    "another method is sent": ("qsh-method", "/rest/api/space?limit=5"),
    "a path is signed decoded": ("qsh-decoded-path", "/rest/api/a b?limit=5"),
}


@pytest.mark.parametrize(("code", "signed"), BY_ATLASSIAN_JWT.values(), ids=BY_ATLASSIAN_JWT)
def test_what_goes_wrong_with_atlassian_jwt(code: str, signed: str) -> None:
    path = "a%20b" if code == "qsh-decoded-path" else "space"
    url, method = f"{WIKI}/rest/api/{path}?limit=5", "PUT" if code == "qsh-method" else "GET"
    wrong = call(sign("GET", signed), method=method, url=url, base_url=WIKI)
    assert [found.code for found in diagnose(wrong).findings] == [code, "qsh-mismatch"]
    mended = call(sign(method, f"/rest/api/{path}?limit=5"), method=method, url=url, base_url=WIKI)
    assert diagnose(mended).verdict is Verdict.ACCEPTED
