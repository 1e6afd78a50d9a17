"""Messages of the queue of calls to Jira: JSON objects that name the kind of their work."""

import json
import re
from typing import Any

from connect_jira.errors import MessageUnreadable, OfNewerCode, RequestMalformed
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import MEMBERS, CallRequest
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.link_request import ForgeJoin
from connect_jira.events.webhook import Webhook

type Message = Webhook | CallRequest | AppWork | ForgeJoin | HeldEvent
"""What there is to work off."""

_NOT_IN_A_MESSAGE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""What SQS does not take, such as half an emoji where a text was cut; JSON has another way to write it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""
_LONGEST_NAME = 50

KINDS: dict[str, type[Message]] = {
    "webhook": Webhook,
    "call": CallRequest,
    "work": AppWork,
    "forge-join": ForgeJoin,
    "held-event": HeldEvent,
}
"""Every kind of message, by the name that it has in the queue."""


def to_text(message: Message) -> str:
    """The text of a message, for SQS."""
    kind = next(kind for kind, cls in KINDS.items() if isinstance(message, cls))
    return text_of({"kind": kind, **message.to_fields()})


def text_of(fields: dict[str, Any]) -> str:
    """An object as SQS takes it."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return _NOT_IN_A_MESSAGE.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def read_text(text: str) -> Message:
    """The work that a message tells of.

    Raises:
        MessageUnreadable: `to_text` has not written it
        OfNewerCode: `to_text` of this code has not written it, but that of newer code may have
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
    if not isinstance(kind, str) or not kind:
        raise MessageUnreadable("the message does not say what kind of work it is")
    raise OfNewerCode(f"this code knows no work of the kind {kind[:_LONGEST_NAME]!r}")


def _check_members(fields: dict[str, Any]) -> None:
    """See that nothing is asked for which would be left out."""
    unknown = fields.keys() - set(MEMBERS)
    if unknown:
        raise OfNewerCode(f"this code knows no member {min(unknown)[:_LONGEST_NAME]!r} of a call")
