"""One signed call to a site, made by the stack's own worker, and what it says of the site.

IAM: that of `connect_tools.call.calls` to wait for one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from connect_jira.events.call_request import CallRequest
from connect_jira.jira.errors import SECRET_REFUSED
from connect_tools.call.calls import JiraNotAsked, make_call
from connect_tools.doctor.probe import METHOD, PATH
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite

_REASON = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)+): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The outcome of a call.

    Attributes:
        site: that was called
        works: True if Jira took the call
        code: the cause, as `connect doctor --explain` knows it, `jira-` and the status, or the app's own
            reason; empty if it works
        said: a sentence
        fix: a sentence on what to do; empty if nothing is known
    """

    site: KnownSite
    works: bool
    code: str
    said: str
    fix: str = ""

    @property
    def is_secret_refused(self) -> bool:
        """True if Jira refuses a token that is right by the shared secret."""
        connect = self.site.connect
        return self.code in SECRET_REFUSED and connect is not None and connect.sealed_secret is not None

    def to_fields(self) -> dict[str, Any]:
        """Return it as JSON."""
        about = {"clientKey": self.site.tenant, "address": self.site.address or None, "works": self.works}
        return (
            about if self.works else {**about, "code": self.code, "said": self.said, "fix": self.fix or None}
        )


def try_site(stack: Stack, site: KnownSite) -> Trial:
    """Have the app ask a site who it is.

    Args:
        stack: of the app
        site: to call

    Raises:
        CommandError: AWS does not let the worker be asked
    """
    try:
        answer = make_call(stack, CallRequest(client_key=site.tenant, method=METHOD, path=PATH))
    except JiraNotAsked as failure:
        reason = _REASON.fullmatch(failure.said)
        code, said = reason.groups() if reason else ("no-answer", failure.said)
        return Trial(site=site, works=False, code=code, said=said)
    status, refusal = answer["status"], answer.get("refusal")
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return Trial(site=site, works=True, code="", said=f"Jira answered {status}{_who(answer.get('body'))}")
    if refusal is None:
        return Trial(site=site, works=False, code=f"jira-{status}", said=f"Jira answered {status}")
    return Trial(
        site=site,
        works=False,
        code=refusal["code"],
        said=f"{refusal['seen']}. {refusal['why']}",
        fix=refusal["fix"],
    )


def _who(myself: object) -> str:
    name = myself.get("displayName") if isinstance(myself, Mapping) else None
    return f", as {name}" if isinstance(name, str) else ""
