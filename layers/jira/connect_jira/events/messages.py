"""Messages of the queue of calls to Jira: JSON objects that name the kind of their work."""

import json
import re
from collections.abc import Callable
from typing import Any

from connect_jira.errors import MessageUnreadable, OfNewerCode, RequestMalformed
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import MEMBERS, CallRequest
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.hook_call import HookCall
from connect_jira.events.job_run import JobRun
from connect_jira.events.link_request import LinkRequest
from connect_jira.events.probe import Probe
from connect_jira.events.reaction_call import ReactionCall
from connect_jira.events.webhook import Webhook

type Message = (
    Webhook | ReactionCall | HookCall | JobRun | CallRequest | AppWork | LinkRequest | HeldEvent | Probe
)
"""Any message of the queue."""

_NOT_IN_A_MESSAGE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""Characters that SQS refuses, such as half an emoji of a truncated text; JSON can escape them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""
_LONGEST_NAME = 50

STORED = "stored"
"""The kind of a message whose text is too large for the queue, and is kept elsewhere under a key."""

KINDS: dict[str, type[Message]] = {
    "webhook": Webhook,
    "reaction": ReactionCall,
    "hook": HookCall,
    "job": JobRun,
    "call": CallRequest,
    "work": AppWork,
    "forge-join": LinkRequest,
    "held-event": HeldEvent,
    "probe": Probe,
}
"""Every kind of message, by the name that it has in the queue."""


def to_text(message: Message) -> str:
    """Return the text of a message, for SQS."""
    kind = next(kind for kind, cls in KINDS.items() if isinstance(message, cls))
    return text_of({"kind": kind, **message.to_fields()})


def text_of(fields: dict[str, Any]) -> str:
    """Serialise an object to text that SQS accepts."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return _NOT_IN_A_MESSAGE.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def read_text(text: str, *, fetch: Callable[[str], str] | None = None) -> Message:
    """Parse a message.

    Args:
        text: of the message
        fetch: returns the text of a large message by its key; None if large ones cannot come

    Raises:
        MessageUnreadable: this app did not write it
        OfNewerCode: this code did not write it, but newer code may have
        TemporarilyUnavailable: from `fetch`
    """
    try:
        fields = json.loads(text)
        kind = fields.pop("kind", "")
        if kind in KINDS:
            if kind == "call":
                _check_members(fields)
            return KINDS[kind].from_fields(fields)
    except (
        ValueError,
        AttributeError,
        KeyError,
        TypeError,
        RecursionError,
        RequestMalformed,
    ) as malformed:
        raise MessageUnreadable(f"the message is not one of this app's: {malformed}") from malformed
    if kind == STORED and fetch is not None:
        return read_text(fetch(str(fields.get("key"))))
    if not isinstance(kind, str) or not kind:
        raise MessageUnreadable("the message does not say what kind of work it is")
    raise OfNewerCode(f"this code knows no work of the kind {kind[:_LONGEST_NAME]!r}")


def _check_members(fields: dict[str, Any]) -> None:
    """Check that no member would be ignored."""
    unknown = fields.keys() - set(MEMBERS)
    if unknown:
        raise OfNewerCode(f"this code knows no member {min(unknown)[:_LONGEST_NAME]!r} of a call")
