"""A question that can be shown to others: without secrets, and with the token's signature cut off."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from connect_doctor.redaction import API_TOKEN, DOT, without_credentials
from connect_jwt.diagnosis import Evidence
from connect_jwt.diagnosis.transport import tokens_in

_BASE64 = r"(?:[\w+/-]|%2[BbFf])"  # of either alphabet, and encoded for a URL
_PADDING = r"(?:=|%3[Dd]){0,2}"
_SIGNATURE = re.compile(
    rf"\b(e[\w-]{{15,}}{_PADDING}{DOT}{_BASE64}{{16,}}{_PADDING}{DOT}){_BASE64}*{_PADDING}", re.ASCII
)
_SHORTEST_SECRET = 8
_SENT = frozenset(("content-type", "x-hub-signature", "x-atlassian-webhook-identifier"))
_RECEIVED = frozenset(
    (
        *("location", "ratelimit-reason", "retry-after", "www-authenticate", "x-arequestid"),
        *("x-authentication-denied-reason", "x-failure-category", "x-seraph-loginreason"),
    )
)
_FORM = "application/x-www-form-urlencoded"
_LONGEST_ANSWER = 2000
_HIDDEN = "hidden"
_HIDDEN_TOKEN = "hidden00"  # noqa: S105 - what the diagnosis still takes for an API token's end


def link_parameters(evidence: Evidence) -> str:
    """The question in the form of a URL's query, for the fragment of the doctor's page.

    Only those headers are in it that the diagnosis looks at, and of bodies only a form and the answer's
    beginning.

    Args:
        evidence: as it was given; a time that is not known is left out
    """
    is_bare = evidence.token is not None
    is_whole = not is_bare and evidence.method is not None and evidence.url is not None
    fields = {
        "request": _bare(evidence.token)
        if evidence.token is not None
        else _request(evidence, with_line=is_whole),
        "method": None if is_whole else evidence.method,
        "url": None if is_whole else evidence.url,
        "app-key": evidence.app_key,
        "client-key": evidence.client_key,
        "base-url": evidence.base_url,
        "direction": evidence.direction,
        "at": None if evidence.now is None else f"{evidence.now:.3f}".rstrip("0").rstrip("."),
        "response": _response(evidence),
    }
    shown = {name: _without_secrets(text, evidence) for name, text in fields.items() if text}
    was_cut = any(text != fields[name] for name, text in shown.items())
    return urlencode(shown | ({"signature-cut-off": "yes"} if was_cut else {}))


def _bare(token: str) -> str:
    """A token as it was given; one that is no JWT is hidden."""
    return token if "." in token or API_TOKEN.match(token) else _HIDDEN


def _request(evidence: Evidence, *, with_line: bool) -> str:
    headers = _lines(evidence.headers, _SENT)
    authorization = evidence.header("Authorization")
    if authorization is not None:
        headers.insert(0, f"Authorization: {_credentials(authorization)}")
    line = [f"{evidence.method} {evidence.url}"] if with_line else []
    head = "\n".join([*line, *headers])
    is_form = (evidence.header("Content-Type") or "").lower().startswith(_FORM)
    return f"{head}\n\n{evidence.body}" if is_form and evidence.body else head


def _credentials(authorization: str) -> str:
    """An Authorization header's value: a JWT keeps what is signed, anything else but its scheme is hidden."""
    if _SIGNATURE.search(authorization):
        return authorization
    scheme, blank, rest = authorization.strip().partition(" ")
    if API_TOKEN.search(authorization):
        return API_TOKEN.sub(rf"\g<1>{_HIDDEN_TOKEN}", authorization)
    return f"{scheme} {_HIDDEN}" if blank and rest.strip() else _HIDDEN


def _response(evidence: Evidence) -> str | None:
    if evidence.status is None:
        return None
    head = [f"HTTP/1.1 {evidence.status}", *_lines(evidence.response_headers, _RECEIVED)]
    return "\n".join(head) + f"\n\n{(evidence.response_body or '')[:_LONGEST_ANSWER]}"


def _lines(headers: Mapping[str, str], shown: frozenset[str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items() if name.lower() in shown]


def _without_secrets(text: str, evidence: Evidence) -> str:
    for secret in (*evidence.secrets, *evidence.other_secrets.values()):
        if len(secret.reveal()) >= _SHORTEST_SECRET:
            text = text.replace(secret.reveal(), _HIDDEN)
    for carried in tokens_in(evidence):
        signature = carried.token.rpartition(".")[2]
        if len(signature) >= _SHORTEST_SECRET:
            text = re.sub(f"({DOT}){re.escape(signature)}", r"\1", text)
    return without_credentials(_SIGNATURE.sub(r"\1", text), hidden=_HIDDEN_TOKEN)
