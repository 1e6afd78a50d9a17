"""Nothing that is printed or logged holds a secret, a signature, a token or a value of the query."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from connect_jwt.diagnosis import Evidence, diagnose
from tests.unit.diagnosis.faults import AT_INSTALL, TO_APP, TO_JIRA
from tests.unit.diagnosis.hash_faults import HASH_FAULTS
from tests.unit.diagnosis.hash_forms import HASH_FORMS
from tests.unit.diagnosis.signed import CALL, SITE_URL, app_token, call
from tests.unit.diagnosis.test_kinds import KINDS
from tests.unit.diagnosis.test_surroundings import DECORATED, PLACES, sent

SHORT = 6  # shorter values are found in other words, too
EVIDENCE: dict[str, Evidence] = {
    **{f"to Jira: {name}": fault.wrong for name, fault in TO_JIRA.items()},
    **{f"to the app: {name}": fault.wrong for name, fault in TO_APP.items()},
    **{f"install: {name}": fault.wrong for name, fault in AT_INSTALL.items()},
    **{f"hash: {name}": fault.evidence(fault.hashed) for name, fault in HASH_FAULTS.items()},
    **{f"hash: {name}": fault.evidence(fault.hashed) for name, fault in HASH_FORMS.items()},
    **{f"of another kind: {name}": wrong for name, (_, wrong) in KINDS.items()},
    **{f"decorated: {name}": sent(text.format(token=app_token())) for name, text in DECORATED.items()},
    **{f"elsewhere: {name}": place(app_token()) for name, (_, place) in PLACES.items()},
    "right": call(),
}


def said(evidence: Evidence) -> str:
    diagnosis = diagnose(evidence)
    sentences = [text for found in diagnosis.findings for text in (found.seen, found.why, found.fix)]
    return "\n".join([*sentences, *diagnosis.unsettled, repr(diagnosis), repr(evidence)])


def confidential(evidence: Evidence) -> list[str]:
    texts = [secret.reveal() for secret in (*evidence.secrets, *evidence.other_secrets.values())]
    for header in evidence.headers.values():
        token = header.rpartition(" ")[2]
        if token.count(".") == 2:
            texts += [token, *token.split(".")]
    query = urlsplit(evidence.url or "").query
    texts += query.split("&")
    texts += [value for _, value in parse_qsl(query)]
    texts.append(evidence.body or "")
    return [text for text in texts if len(text) >= SHORT]


@pytest.mark.parametrize("evidence", EVIDENCE.values(), ids=EVIDENCE)
def test_nothing_confidential_is_said(evidence: Evidence) -> None:
    words = said(evidence)
    assert [text for text in confidential(evidence) if text in words] == []


def test_that_something_confidential_is_looked_for() -> None:
    assert len(confidential(call())) > 5


def test_a_password_in_the_url_is_not_said() -> None:
    evidence = call(url="https://me:hunter22@other.atlassian.net/rest/x?q=1")
    assert "wrong-host" in said(evidence)
    assert "hunter22" not in said(evidence)


def test_a_token_with_a_stray_scheme_is_not_said() -> None:
    token = app_token(CALL)
    header, _, rest = token.partition(".")
    for authorization in (f"{token} JWT", f"{header} .{rest}", f"JWT:{token}", f"JWT\t{token}"):
        words = said(Evidence(headers={"Authorization": authorization}, url=SITE_URL))
        assert rest not in words
        assert token.rpartition(".")[2] not in words
