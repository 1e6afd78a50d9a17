"""A question that is handed on tells the same, and none of its secrets."""

from urllib.parse import parse_qs

import pytest

from connect_doctor.examination import examine
from connect_doctor.question import Question, requests_of
from connect_doctor.sharing import link_parameters
from connect_jwt.diagnosis import Evidence
from connect_jwt.identity import SharedSecret
from tests.unit.diagnosis.faults import AT_INSTALL, TO_APP, TO_JIRA
from tests.unit.diagnosis.hash_faults import HASH_FAULTS
from tests.unit.diagnosis.signed import CALL_URL, app_token, call
from tests.unit.jwt.handmade import NOW, SECRET

WRONG = {
    **{f"to Jira: {name}": fault.wrong for name, fault in TO_JIRA.items()},
    **{f"to the app: {name}": fault.wrong for name, fault in TO_APP.items()},
    **{f"install: {name}": fault.wrong for name, fault in AT_INSTALL.items()},
    **{name: fault.evidence(fault.hashed) for name, fault in HASH_FAULTS.items()},
}
NOT_HANDED_ON = (
    *("secret-", "signature-"),  # told by the signature
    *("client-key-mismatch", "app-key-mismatch", "qsh-body-hashed"),  # by a body
    *("token-malformed", "token-too-large", "token-decorated", "token-twice"),  # by what is no JWT
    "scope-missing",  # by the descriptor
)


def fields(evidence: Evidence) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(link_parameters(evidence)).items()}


def asked(shared: dict[str, str]) -> Question:
    return Question(
        pasted=shared.get("request"),
        method=shared.get("method"),
        url=shared.get("url"),
        app_key=shared.get("app-key"),
        client_key=shared.get("client-key"),
        base_url=shared.get("base-url"),
        direction=shared.get("direction"),
        at=shared.get("at"),
        response=shared.get("response"),
        signature_cut_off=shared.get("signature-cut-off") == "yes",
    )


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_the_fault_is_still_the_first_unless_the_signature_or_a_body_showed_it(wrong: Evidence) -> None:
    found = [finding.code for finding in examine(wrong).diagnosis.findings]
    left = [code for code in found if not code.startswith(NOT_HANDED_ON)]
    (request,) = requests_of(asked(fields(wrong)))
    still_found = [finding.code for finding in examine(request).diagnosis.findings]
    assert still_found[:1] == left[:1] or not left


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_no_secret_and_no_signature_is_handed_on(wrong: Evidence) -> None:
    link = "\n".join(fields(wrong).values())
    for secret in (*wrong.secrets, *wrong.other_secrets.values()):
        assert secret.reveal() not in link
    for part in " ".join((wrong.token or "", wrong.url or "", *wrong.headers.values())).split():
        header, _, rest = part.partition(".")
        claims, _, signature = rest.partition(".")
        if header.startswith("ey") and claims and len(signature) > 10:
            assert signature not in link


HIDDEN = {
    "a cookie": {"Cookie": "session=hunter2hunter2"},
    "an opaque access token": {"Authorization": "Bearer hunter2hunter2"},
    "a password": {"Authorization": "Basic hunter2hunter2"},
    "an API token": {"Authorization": "JWT ATATT3xhunter2hunter2"},
    "a bare credential": {"Authorization": "hunter2hunter2"},
    "a token of Forge's": {"X-Forge-OAuth-System": f"{app_token()}hunter2hunter2"},
}


@pytest.mark.parametrize("headers", HIDDEN.values(), ids=HIDDEN)
def test_other_credentials_are_not_handed_on(headers: dict[str, str]) -> None:
    request = Evidence(method="GET", url=CALL_URL, headers=headers)
    assert "hunter2" not in link_parameters(request)


UNSIGNED = app_token().rpartition(".")[0]
OTHER_PLACES = {
    "a signature in the other alphabet": Evidence(
        method="GET", url=CALL_URL, headers={"Authorization": f"JWT {UNSIGNED}.ab+/hunter2="}
    ),
    "such a signature in the URL": Evidence(
        method="GET", url=f"https://jira.example.com/x?jwt={UNSIGNED}.ab%2B%2Fhunter2%3D"
    ),
    "an access token in JSON in a string": Evidence(
        method="GET", url=CALL_URL, status=401, response_body=r'"{\"access_token\": \"hunter2\"}"'
    ),
    "an API token as the token": Evidence(token="ATATT3x-hunter2-hunter2=ABCD"),
    "an opaque token as the token": Evidence(token="hunter2hunter2"),
    "an API token with a hyphen": Evidence(
        method="GET", url=CALL_URL, headers={"Authorization": "Bearer ATATT3xF-hunter2=ABCD"}
    ),
    "a password in the URL": Evidence(method="GET", url="https://me:hunter2@jira.example.com/x"),
    "a parameter": Evidence(method="GET", url="https://jira.example.com/x?access_token=hunter2&a=1"),
    "a token with its dots encoded": Evidence(
        method="GET",
        url="https://jira.example.com/x?jwt="
        + app_token().rpartition(".")[0].replace(".", "%2E")
        + "%2Ehunter2hunter2",
    ),
    "a form": Evidence(
        method="POST",
        url="https://auth.example.com/token",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body="grant_type=x&client_secret=hunter2&refresh_token=hunter2",
    ),
    "an access token in the answer": Evidence(
        method="GET",
        url=CALL_URL,
        status=401,
        response_body='{"access_token": "hunter2", "sharedSecret":"hunter2"}',
    ),
    "a code in the answer": Evidence(
        method="GET",
        url=CALL_URL,
        status=302,
        response_headers={"Location": "https://a.example/?code=hunter2"},
    ),
}


@pytest.mark.parametrize("leaky", OTHER_PLACES.values(), ids=OTHER_PLACES)
def test_credentials_in_other_places_are_not_handed_on(leaky: Evidence) -> None:
    assert "hunter2" not in link_parameters(leaky)


def test_where_the_next_page_begins_is_handed_on_since_it_is_hashed() -> None:
    url = f"{CALL_URL}&nextPageToken=abc"
    assert "nextPageToken=abc" in "".join(fields(Evidence(method="GET", url=url)).values())


def test_a_secret_in_the_answer_or_the_url_is_not_handed_on() -> None:
    leaky = call(
        url=f"{CALL_URL}&debug={SECRET}",
        status=401,
        response_body=f"your token was {app_token()}",
        secrets=(SharedSecret(SECRET),),
    )
    link = "\n".join(fields(leaky).values())
    assert SECRET not in link
    assert app_token().rpartition(".")[2] not in link


def test_a_time_that_is_not_known_is_not_made_up() -> None:
    assert "at" not in fields(Evidence(token=app_token()))
    assert fields(Evidence(token=app_token(), now=NOW))["at"] == str(NOW)
