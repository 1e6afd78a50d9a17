"""Plain sentences for outcomes."""

from connect_local.jira.apps import Answer
from connect_local.jira.faults import Delay, Drop, Fault, GatewayLimit, RotateSecret, Status
from connect_local.jira.lifecycle import LifecycleResult
from connect_local.jira.pages.notices import Notice

_DONE = {
    "install": "is installed",
    "reinstall": "is installed again, with a new secret",
    "uninstall": "is uninstalled",
    "disable": "is disabled: its calls are refused, and it is sent no webhooks",
    "enable": "is enabled",
}


def command_notice(command: str, name: str, result: LifecycleResult) -> Notice:
    """Return the notice for a lifecycle command's outcome.

    Args:
        command: such as `install`
        name: of the app
        result: the app's response
    """
    answers = " ".join(_answer(event, answer) for event, answer in result.answers.items())
    if command in {"install", "reinstall"} and not result.installed:
        so = "It stays as it was." if command == "reinstall" else "It is not installed."
        text = f"{name} did not take the installation: only 200 and 204 count. {answers} {so}"
        return Notice(text, is_good=False)
    silence = "The descriptor names no URL to tell it so."
    return Notice(f"{name} {_DONE[command]}. {answers or silence}")


def fault_words(fault: Fault) -> str:
    """Describe a fault."""
    match fault:
        case Status(status=429) as limit:
            return f"429 Too Many Requests, {limit.rate_limit_reason}, Retry-After {limit.retry_after} s"
        case Status() as error:
            after = f", Retry-After {error.retry_after} s" if error.retry_after is not None else ""
            return f"status {error.status}{after}"
        case Delay(seconds):
            return f"a delay of {seconds:g} s"
        case Drop(after):
            return f"a broken connection, {'after' if after else 'before'} the work is done"
        case GatewayLimit():
            return "the limit of the gateway in front of Jira"
        case RotateSecret():
            return "a secret that has just been rotated"


def _answer(event: str, answer: Answer) -> str:
    if answer.status is None:
        return f"To “{event}”: {answer.error}"
    return f"To “{event}” the app answered {answer.status}."
