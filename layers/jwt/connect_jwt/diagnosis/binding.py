"""Which request the token is bound to."""

from collections.abc import Iterator
from urllib.parse import quote, unquote

from connect_jwt.canonical import canonical_request, query_string_hash
from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.diagnosis.search import Match, Sent, find
from connect_jwt.verifying import CONTEXT_QSH

_CERTAIN = Certainty.CERTAIN
_WHAT = {
    "qsh-context-path": "hashed with the base URL's path in front, or without a part of the path",
    "qsh-stage-prefix": "hashed with the stage in front of the path, or without its first part",
    "qsh-full-url": "hashed with the host in front of the path",
    "qsh-query-missing": "hashed with other parameters than those of the URL",
    "qsh-query-encoding": "hashed with the query encoded in another way",
    "qsh-repeated-values": "hashed with a repeated parameter written in another way",
    "qsh-parameter-order": "hashed with the parameters in another order",
    "qsh-trailing-slash": "hashed with a slash too many, or too few, at an end of the path",
    "qsh-method": "hashed for another method",
    "qsh-jwt-parameter-included": "hashed with the parameter jwt among the others",
    "qsh-decoded-path": "hashed with the path decoded where it is sent encoded, or the other way round",
    "qsh-form-body": "hashed without the fields of the form",
}


def check_binding(case: Case) -> Iterator[Finding]:
    """The `qsh` claim; when it is another request's, which mistake leads to it."""
    qsh = case.claim("qsh")
    if case.form is not None and case.to_jira and not case.evidence.body:
        yield finding(
            "form-encoded-body", Certainty.LIKELY, "the body is a form, of which nothing else is known"
        )
    if not isinstance(qsh, str):
        yield finding("qsh-missing", _CERTAIN, "there is no qsh")
    elif case.is_from_browser:
        if qsh != CONTEXT_QSH:
            yield finding("qsh-is-not-context", _CERTAIN, "qsh is a hash")
    elif qsh == CONTEXT_QSH:
        yield finding("qsh-is-context", _CERTAIN, "qsh is the literal context-qsh")
    elif is_bound(case) is False:
        match = hashed_from(case)
        for code in match.codes if match else ():
            yield finding(code, _CERTAIN, _WHAT[code])
        seen = (
            "the hash is of another canonical request" if match else "the hash is of nothing that was tried"
        )
        yield finding("qsh-mismatch", _CERTAIN, seen)


def is_bound(case: Case) -> bool | None:
    """Whether the token is bound to the request it came with; None when that is not known well enough."""
    sent = _sent(case)
    if sent is None:
        return None
    if case.is_from_browser:
        return bool(case.claim("qsh") == CONTEXT_QSH)
    # Towards the app the path counts in every form that a front door may hand it over in.
    paths = [sent.path] if case.to_jira else [sent.path, unquote(sent.path), quote(sent.path, safe="/%-._~")]
    return case.claim("qsh") in {query_string_hash(sent.method, path, sent.parameters) for path in paths}


def expected(case: Case) -> tuple[str, str] | None:
    """The right canonical request and its hash; None when the request is not known."""
    sent = _sent(case)
    if sent is None:
        return None
    request = (sent.method, sent.path, sent.parameters)
    return canonical_request(*request), query_string_hash(*request)


def hashed_from(case: Case) -> Match | None:
    """The canonical request that the token was hashed from, where that can be found."""
    sent, qsh = _sent(case), case.claim("qsh")
    return find(qsh, sent) if sent and isinstance(qsh, str) else None


def _sent(case: Case) -> Sent | None:
    method, url = case.evidence.method, case.url
    if method is None or not (url.path or url.netloc):
        return None
    counts_form = case.to_jira and method.upper() == "POST" and case.form
    return Sent(
        method=method,
        origin=f"{url.scheme}://{url.netloc}" if url.netloc else "",
        raw_path=url.path,
        path=case.path,
        query=url.query,
        form=case.form or "" if counts_form else "",
        prefix_code="qsh-context-path" if case.to_jira else "qsh-stage-prefix",
    )
