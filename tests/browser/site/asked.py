"""Failing requests of the doctor's own cases, as the page's form and the command's options have them."""

from collections.abc import Mapping

from connect_jwt.diagnosis import Evidence
from tests.unit.diagnosis.faults import AT_INSTALL, TO_APP, TO_JIRA, Fault
from tests.unit.diagnosis.hash_faults import HASH_FAULTS

Fields = dict[str, str]

_LINES = {"header", "previous-secret"}
_A_NAME_FOR_A_TOKEN = "a placeholder for a token"
_FAULTS: dict[str, Fault] = {
    f"{name} ({direction})": fault
    for direction, faults in (("to Jira", TO_JIRA), ("to the app", TO_APP), ("an install", AT_INSTALL))
    for name, fault in faults.items()
    if name != _A_NAME_FOR_A_TOKEN
}


def failing_requests() -> dict[str, Fields]:
    """Return the fields of each case that options can tell."""
    cases = {name: fault.wrong for name, fault in _FAULTS.items()}
    cases |= {name: fault.evidence(fault.hashed) for name, fault in HASH_FAULTS.items()}
    return {
        name: _fields(evidence)
        for name, evidence in cases.items()
        if not evidence.other_secrets and evidence.scopes is None
    }


def options_of(fields: Fields) -> tuple[list[str], str]:
    """Return the command's options for the same question, and its standard input, which has the answer."""
    words = []
    for name, text in fields.items():
        values = text.split("\n") if name in _LINES else ["-"] if name == "response" else [text]
        words += [word for value in values for word in (f"--{name}", value)]
    return words, fields.get("response", "")


def _fields(evidence: Evidence) -> Fields:
    secrets = [secret.reveal() for secret in evidence.secrets]
    answer = ""
    if evidence.status:
        headers = _lines(evidence.response_headers)
        answer = "\n".join([f"HTTP/1.1 {evidence.status}", *headers, "", evidence.response_body or ""])
    fields = {
        "method": evidence.method,
        "url": evidence.url,
        "header": "\n".join(_lines(evidence.headers)),
        "data": evidence.body,
        "app-key": evidence.app_key,
        "client-key": evidence.client_key,
        "secret": secrets[0] if secrets else None,
        "previous-secret": "\n".join(secrets[1:]),
        "base-url": evidence.base_url,
        "at": None if evidence.now is None else str(evidence.now),
        "response": answer,
    }
    return {name: text for name, text in fields.items() if text}


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]
