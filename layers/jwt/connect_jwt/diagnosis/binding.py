"""Which request the token is bound to."""

from collections.abc import Iterator

from connect_jwt.canonical import canonical_request, hash_of, received_paths
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


def check_binding(case: Case, *, match: Match | None) -> Iterator[Finding]:
    """The `qsh` claim; when it is another request's, which mistake leads to it.

    Args:
        case: the token and its request
        match: what `hashed_from` found
    """
    qsh = case.claim("qsh")
    if _counts_form(case) and case.evidence.body is None:
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
        for code in match.codes if match else ():
            yield finding(code, _CERTAIN, _WHAT[code])
        yield finding("qsh-mismatch", _CERTAIN, _how_it_differs(match))


def is_bound(case: Case) -> bool | None:
    """Whether the token is bound to the request it came with; None when that is not known well enough."""
    accepted = _accepted(case)
    return case.qsh in accepted if accepted else None


def expected(case: Case) -> tuple[str | None, str] | None:
    """The right canonical request and its hash; None when the request is not known.

    A context token has a hash of no request.
    """
    accepted = _accepted(case)
    if not accepted:
        return None
    qsh = case.qsh if case.qsh in accepted else next(iter(accepted))
    return accepted[qsh], qsh


def hashed_from(case: Case) -> Match | None:
    """The canonical request that the token was wrongly hashed from, where that can be found."""
    sent = _sent(case)
    if sent is None or case.qsh is None or case.is_from_browser or is_bound(case):
        return None
    return find(case.qsh, sent)


def _accepted(case: Case) -> dict[str, str | None]:
    """Each hash that the receiver takes, and what it is made from; none when the request is not known."""
    if case.is_from_browser:
        return {CONTEXT_QSH: None}
    sent = _sent(case)
    if sent is None:
        return {}
    paths = [sent.path] if case.to_jira else received_paths(sent.path)
    canonical = (canonical_request(sent.method, path, sent.parameters) for path in paths)
    return {hash_of(request): request for request in canonical}


def _how_it_differs(match: Match | None) -> str:
    if match is None:
        return "the hash is of nothing that was tried"
    if not match.codes:
        return "hashed without the & that ends a canonical request without a query"
    return "the hash is of another canonical request"


def _counts_form(case: Case) -> bool:
    """Whether the receiver counts the fields of a form among the parameters: Jira's servlets do in a POST."""
    return case.to_jira and case.form is not None and (case.evidence.method or "").upper() == "POST"


def _sent(case: Case) -> Sent | None:
    method, url = case.evidence.method, case.url
    if method is None or not (url.path or url.netloc):
        return None
    return Sent(
        method=method,
        origin=f"{url.scheme}://{url.netloc}" if url.netloc else "",
        raw_path=url.path,
        base_path=case.base_path,
        path=case.path,
        query=url.query,
        form=case.form or "" if _counts_form(case) else "",
        prefix_code="qsh-context-path" if case.to_jira else "qsh-stage-prefix",
    )
