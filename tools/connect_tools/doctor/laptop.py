"""The app of a running `connect up`, asked through Lambda's Invoke API; its Jira knows why it refuses."""

import time
from http import HTTPStatus
from typing import Any

from connect_cli.doctor.options import Options
from connect_cli.errors import CommandError
from connect_doctor.examination import Examined
from connect_jwt.diagnosis import Certainty, Direction, Evidence, Finding
from connect_jwt.diagnosis.catalogue import CATALOGUE
from connect_jwt.identity import ClientKey
from connect_tools.doctor.probe import METHOD, PATH, accepted, not_installed, without_token
from connect_tools.loopback import ask

_INVOKE = "/2015-03-31/functions/JiraCallsFunction/invocations"
_NOT_INSTALLED = "app-not-installed"


def ask_laptop(options: Options, client_key: ClientKey) -> Examined:
    """Let the app ask its Jira who it is.

    Args:
        options: of the command; `port` is where the app is, `jira_port` where the laptop's Jira is
        client_key: the site

    Raises:
        CommandError: nothing is there, or its answer says nothing
    """
    evidence = Evidence(
        direction=Direction.TO_JIRA,
        method=METHOD,
        url=f"http://localhost:{options.jira_port}{PATH}",
        client_key=client_key,
        now=time.time(),
    )
    result = _invoke(client_key, options.port)
    if "errorMessage" in result:
        message = str(result["errorMessage"])
        if message.startswith(_NOT_INSTALLED):
            return not_installed(evidence)
        raise CommandError(f"the app could not ask: {message}")
    status = result.get("status")
    if not isinstance(status, int):
        raise CommandError(f"what answers on port {options.port} is not the app of this project")
    if status not in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise CommandError(f"Jira answered {status} to {METHOD} {PATH}, which says nothing of the token")
    if status == HTTPStatus.OK:
        return accepted(without_token(evidence), result.get("body"))
    return without_token(evidence, _reason(status, options.jira_port))


def _invoke(client_key: ClientKey, port: int) -> dict[str, Any]:
    call = {"clientKey": client_key, "method": METHOD, "path": PATH}
    answer = ask("POST", port, _INVOKE, option="--port", body=call)
    if not isinstance(answer, dict):
        raise CommandError(f"what answers on port {port} is not the app of this project")
    return answer


def _reason(status: int, jira_port: int) -> Finding:
    """Return the reason that the laptop's Jira recorded for the last such request."""
    noted = ask("GET", jira_port, "/_local/requests", option="--jira-port")
    asked = [call for call in noted if call["path"] == PATH and call["reason"]] if noted else []
    if not asked:
        raise CommandError(f"Jira answered {status}; the laptop's Jira on port {jira_port} did not")
    code, said = asked[-1]["reason"], asked[-1].get("diagnosis", {})
    why, fix = CATALOGUE.get(code, ("Jira refuses such requests.", f"connect doctor --explain {code}"))
    return Finding(
        code=code,
        certainty=Certainty.CERTAIN,
        seen=said.get("seen", f"the laptop's Jira answered {status} and noted this reason"),
        why=said.get("why", why),
        fix=said.get("fix", fix),
    )
