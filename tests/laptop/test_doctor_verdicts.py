"""Headline, findings, JSON and exit status say the same, whatever is found together."""

import io
import json
from contextlib import redirect_stdout
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from connect_cli.doctor import command
from connect_cli.doctor.report import Report
from connect_doctor.as_json import as_json
from connect_doctor.examination import Examined, examine
from connect_jwt.diagnosis import Certainty, Diagnosis, Direction, Evidence, Verdict, diagnose
from connect_jwt.diagnosis.call_causes import CALL_CAUSES
from connect_jwt.diagnosis.catalogue import CATALOGUE, finding
from connect_jwt.diagnosis.verdicts import concluded
from tests.unit.diagnosis.signed import APP_URL, SITE_URL, app_token, call, secrets, site_token, webhook
from tests.unit.jwt.handmade import NOW, OMITTED, SECRET, SITE

thorough = settings(derandomize=True, deadline=None, max_examples=150)
STATUSES = st.sampled_from([None, 200, 204, 301, 303, 400, 401, 403, 404, 429, 500, 503])
findings = st.lists(
    st.builds(
        finding, st.sampled_from(sorted(CATALOGUE)), st.sampled_from(Certainty), st.just("it was seen")
    ),
    max_size=4,
)
unsettled = st.lists(st.just("Whether it is so."), max_size=2)


def printed(examined: Examined) -> list[str]:
    console = Console(file=io.StringIO(), width=10_000, highlight=False)
    Report(console, examined).print()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def exit_status(examined: Examined) -> int:
    with patch.object(command, "_examined", lambda _: [examined]), redirect_stdout(io.StringIO()):
        return 0 if command.run(_Asked()) else 1  # type: ignore[arg-type]  # of all options it needs two


class _Asked:
    as_json = True

    def source(self) -> None:
        return None


def assert_agreement(examined: Examined, *, status: int | None) -> None:
    diagnosis = examined.diagnosis
    certain = [found for found in diagnosis.findings if found.certainty > Certainty.POSSIBLE]
    is_accepted = not diagnosis.findings and not diagnosis.unsettled
    headline, document = printed(examined)[0], as_json(examined)
    assert document["verdict"] == diagnosis.verdict.value
    assert [one["code"] for one in document["findings"]] == [found.code for found in diagnosis.findings]
    assert exit_status(examined) == (0 if headline.startswith("Accepted") else 1)
    assert headline.startswith("Accepted") is (diagnosis.verdict is Verdict.ACCEPTED)
    assert headline.startswith("Refused") is (diagnosis.verdict is Verdict.REFUSED)
    if status not in {401, 403}:
        assert (diagnosis.verdict is Verdict.ACCEPTED) is is_accepted
        assert (diagnosis.verdict is Verdict.REFUSED) is bool(certain)
    if diagnosis.findings:
        assert headline.endswith(diagnosis.findings[0].code)
        assert ("perhaps" in headline) is not bool(certain)
    certainties = [found.certainty for found in diagnosis.findings]
    assert certainties == sorted(certainties, reverse=True)
    of_token = [found for found in certain if found.code not in CALL_CAUSES]
    assert (document["token"]["verdict"] == "refused") is bool(of_token)


@thorough
@given(found=findings, open_=unsettled, status=STATUSES)
def test_any_findings_together(found: list[Any], open_: list[str], status: int | None) -> None:
    if status in {401, 403} and not found:
        found = [finding("app-not-installed", Certainty.POSSIBLE, "it was seen")]  # which there always is
    evidence = Evidence(token="x", status=status)
    diagnosis = concluded(Diagnosis(direction=Direction.TO_JIRA), found, open_, status=status)
    assert_agreement(Examined(evidence=evidence, diagnosis=diagnosis), status=status)


CLAIMS: dict[str, list[object]] = {
    "iss": [SITE, "x", OMITTED],
    "iat": [NOW + 7200, NOW * 1000, NOW - 0.5, OMITTED],
    "exp": [NOW + 86_400, NOW - 3600, NOW * 1000, OMITTED],
    "nbf": [NOW + 60, None],
    "sub": ["x", ""],
    "qsh": ["context-qsh", "0" * 64, "X", None, OMITTED],
}
changes = st.fixed_dictionaries({}, optional={name: st.sampled_from(some) for name, some in CLAIMS.items()})
known = st.fixed_dictionaries(
    {},
    optional={
        "secrets": st.sampled_from([(), secrets("x" * 40), secrets(SECRET)]),
        "app_key": st.none(),
        "client_key": st.none(),
        "now": st.none(),
        "method": st.sampled_from([None, "PUT"]),
        "url": st.sampled_from([None, f"{SITE_URL}//rest/x", f"{APP_URL}/webhooks/issue"]),
        "scopes": st.sampled_from([(), ("NONE",), ("ADMIN",)]),
    },
)


@thorough
@given(claims=changes, facts=known, status=STATUSES, scheme=st.sampled_from(["JWT ", "Bearer ", '"', ""]))
def test_any_faults_together(
    claims: dict[str, Any], facts: dict[str, Any], status: int | None, scheme: str
) -> None:
    for evidence in (
        call(app_token(**claims), scheme=scheme, status=status, **facts),
        webhook(site_token(**claims), scheme=scheme, status=status, **facts),
    ):
        assert_agreement(Examined(evidence=evidence, diagnosis=diagnose(evidence)), status=status)
        assert_agreement(examine(evidence, app_base_url=APP_URL), status=status)


def test_two_hours_ahead_is_a_doubt_everywhere() -> None:
    examined = examine(call(app_token(iat=NOW + 7200, exp=NOW + 7380)))
    assert printed(examined)[0] == "Not sure: perhaps not-yet-valid"
    assert json.loads(json.dumps(as_json(examined)))["verdict"] == "unknown"
    assert "local time was taken for UTC" in examined.diagnosis.findings[0].seen
    assert exit_status(examined) == 1


def test_milliseconds_are_refused_everywhere() -> None:
    examined = examine(call(app_token(iat=NOW * 1000, exp=(NOW + 180) * 1000)))
    assert printed(examined)[0] == "Refused: time-not-in-seconds"
    assert {found.code for found in examined.diagnosis.findings} == {"time-not-in-seconds"}
    assert "milliseconds" in examined.diagnosis.findings[0].seen
    assert exit_status(examined) == 1
