"""Check of the `qsh` claim: the request that a token is bound to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connect_jwt.canonical import canonical_request, hash_of, received_paths
from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.diagnosis.search import Match, Sent, find
from connect_jwt.verifying import CONTEXT_QSH

_CERTAIN = Certainty.CERTAIN
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST_URL = 64 * 1024
"""No server takes a longer URL, and malformed ones should not be hashed."""

_CANONICAL = re.compile(r"[A-Za-z]{3,7}\W{1,5}/")
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
    "qsh-body-hashed": "hashed with the body, or with its fields among the parameters",
    "qsh-separators": "method, path and query are put together by something else than two &",
    "qsh-part-missing": "hashed with an empty part, or with a word such as undefined for one",
    "qsh-other-version": "hashed for another version of the API",
    "qsh-letter-case": "hashed in small letters, or in capitals",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """The request that a token is bound to.

    Attributes:
        accepted: each hash that the receiver accepts, with its canonical request; empty if too little of the
            request is known. A context token is bound to no request.
        match: the canonical request that was hashed by mistake, if it was found
    """

    accepted: Mapping[str, str | None]
    match: Match | None

    def right(self, qsh: str | None) -> tuple[str | None, str] | None:
        """Return the right canonical request and its hash, preferably the token's; None if unknown."""
        if not self.accepted:
            return None
        expected = qsh if qsh is not None and qsh in self.accepted else next(iter(self.accepted))
        return self.accepted[expected], expected


def bind(case: Case) -> Binding:
    """Compare a token's hash with its request; on a mismatch, search for the request that was hashed."""
    if case.is_from_browser:
        return Binding({CONTEXT_QSH: None}, None)
    sent = _sent(case)
    if sent is None:
        return Binding({}, None)
    paths = [sent.path] if case.to_jira else received_paths(sent.path)
    canonical = (canonical_request(sent.method, path, sent.parameters) for path in paths)
    accepted = {hash_of(request): request for request in canonical}
    if case.qsh is None or case.qsh in accepted:
        return Binding(accepted, None)
    secrets = case.evidence.secrets
    key = secrets[0].reveal().encode(errors="replace") if secrets else None
    return Binding(accepted, find(case.qsh, sent, key))


def check_binding(case: Case, *, binding: Binding) -> Iterator[Finding]:
    """Check the `qsh` claim; on a mismatch, name the mistake that leads to it."""
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
        if not case.to_jira:  # `check_connect` reports it first
            yield finding("qsh-is-context", _CERTAIN, "qsh is the literal context-qsh")
    elif qsh not in binding.accepted:
        yield from _check_hash(qsh, binding)


def _check_hash(qsh: str, binding: Binding) -> Iterator[Finding]:
    match = binding.match
    if match:
        for code in match.codes:
            yield finding(code, _CERTAIN, match.seen.get(code) or _WHAT[code])
    elif _CANONICAL.match(qsh):
        yield finding("qsh-not-hashed", _CERTAIN, "qsh begins as a canonical request does, and is no hash")
    elif _HASH.fullmatch(qsh) is None:
        seen = f"qsh has {len(qsh)} characters, and 64 lower-case hex digits belong there"
        yield finding("qsh-not-hex", _CERTAIN, seen)
    if binding.accepted:
        of = "another canonical request" if match else "nothing that was tried"
        yield finding("qsh-mismatch", _CERTAIN, f"the hash is of {of}")


def _counts_form(case: Case) -> bool:
    """Return whether form fields count as parameters, as Jira's servlets do for POST."""
    return case.to_jira and case.form is not None and (case.evidence.method or "").upper() == "POST"


def _sent(case: Case) -> Sent | None:
    method, url = case.evidence.method, case.url
    is_url = (url.path or url.netloc) and len(case.evidence.url or "") <= _LONGEST_URL
    if method is None or not is_url:
        return None
    return Sent(
        method=method,
        origin=f"{url.scheme}://{url.netloc}" if url.netloc else "",
        raw_path=url.path,
        base_path=case.base_path,
        path=case.path,
        query=url.query,
        fragment=url.fragment,
        form=case.form or "" if _counts_form(case) else "",
        body="" if _counts_form(case) else case.evidence.body or "",
        prefix_code="qsh-context-path" if case.to_jira else "qsh-stage-prefix",
    )
