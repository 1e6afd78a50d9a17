"""Every fault is found and named first, and nothing is found when it is mended."""

import pytest

from connect_jwt.diagnosis import Certainty, Direction, Verdict, diagnose
from tests.unit.diagnosis.faults import AT_INSTALL, TO_APP, TO_JIRA, Fault

ONLY_ATLASSIAN_CAN_TELL = (
    "Whether the signature is right: connect doctor --key-host commercial would tell.",
)

each_fault = pytest.mark.parametrize(
    "fault",
    [
        *(pytest.param(fault, id=f"to Jira: {name}") for name, fault in TO_JIRA.items()),
        *(pytest.param(fault, id=f"to the app: {name}") for name, fault in TO_APP.items()),
    ],
)
each_fault_at_install = pytest.mark.parametrize("fault", AT_INSTALL.values(), ids=AT_INSTALL)


@each_fault
def test_the_fault_is_found_first(fault: Fault) -> None:
    diagnosis = diagnose(fault.wrong)
    assert diagnosis.findings[0].code == fault.code
    assert diagnosis.verdict is Verdict.REFUSED


@each_fault
def test_mending_it_is_all_there_is_to_do(fault: Fault) -> None:
    diagnosis = diagnose(fault.mended)
    assert diagnosis.findings == ()
    assert diagnosis.unsettled == ()
    assert diagnosis.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("fault", TO_JIRA.values(), ids=TO_JIRA)
def test_the_surest_come_first(fault: Fault) -> None:
    certainties = [finding.certainty for finding in diagnose(fault.wrong).findings]
    assert certainties == sorted(certainties, reverse=True)


@each_fault_at_install
def test_an_install_s_fault_is_found_first(fault: Fault) -> None:
    diagnosis = diagnose(fault.wrong)
    assert diagnosis.findings[0].code == fault.code
    assert diagnosis.verdict is Verdict.REFUSED
    assert diagnosis.direction is Direction.TO_APP


@each_fault_at_install
def test_a_right_install_awaits_atlassian_s_key_only(fault: Fault) -> None:
    diagnosis = diagnose(fault.mended)
    assert diagnosis.findings == ()
    assert diagnosis.unsettled == ONLY_ATLASSIAN_CAN_TELL
    assert diagnosis.verdict is Verdict.UNKNOWN


CERTAIN = {name: fault for name, fault in TO_JIRA.items() if fault.wrong.status is None}
LIKELY = {
    *("an account id as the subject", "a form of unknown fields", "the descriptor lacks the scope"),
    *("two slashes", "a dot", "a dot at the end"),
}


@pytest.mark.parametrize(("name", "fault"), CERTAIN.items(), ids=CERTAIN)
def test_what_the_evidence_shows_is_certain(name: str, fault: Fault) -> None:
    expected = Certainty.LIKELY if name in LIKELY else Certainty.CERTAIN
    assert diagnose(fault.wrong).findings[0].certainty is expected
