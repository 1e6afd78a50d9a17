"""`POST /forge/…`: lifecycle calls and product events of Forge. Verify, enqueue, answer; nothing slow.

`connect_jira.lifecycle.forge` verifies and decides.
"""

import os
from http import HTTPStatus
from typing import Any

import jwt.algorithms  # noqa: F401 - loaded at the start, so that the first event does not wait for it
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.aws.services import SENDER_WAITS_SECONDS
from connect_jira.composition import Parts, jira_calls_queue
from connect_jira.errors import ProductNotServed
from connect_jira.events.held_event import HeldEvent
from connect_jira.http_pool import new_pool
from connect_jira.lifecycle.forge import ForgeCalls, ForgeOutcome
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.front_door import answer
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Answer, empty_answer
from connect_jira.worker.dead_letter_queue import FailedJiraCalls
from connect_jira.worker.held_events import Holding
from connect_jwt.forge_keys import ForgeKeys

logger = Logger()
_parts = Parts.from_env(os.environ)
_queue = jira_calls_queue(os.environ, _parts.aws)
_holding = Holding(
    FailedJiraCalls(_parts.aws.service("sqs"), url=os.environ["FAILED_JIRA_CALLS_QUEUE_URL"]), _queue
)
_keys = ForgeKeys(_parts.app.forge_keys_url, http=new_pool(), on_answer=RECORDER.key_host)
_forge = ForgeCalls(
    _parts.app,
    invocations=ForgeInvocations(_parts.app, _keys),
    store=_parts.forge_store,
    sealer=_parts.token_sealer,
    joins=_parts.forge_joins,
    ask=_queue.send,
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Handle one call from Forge."""
    _parts.aws.begin(context, at_most=SENDER_WAITS_SECONDS)
    return answer(event, _take, app=_parts.app)


def _take(request: GatewayRequest) -> Answer:
    try:
        match request.path:
            case "/forge/events":
                _enqueue(request)
            case "/forge/refresh":
                _tell(request, _forge.refresh(request))
            case _:
                _tell(request, _forge.lifecycle(request))
    except ProductNotServed as elsewhere:  # Forge retries after anything but 2xx
        logger.info(
            "Forge call ignored", path=request.path, reason=elsewhere.reason, explanation=str(elsewhere)
        )
    return empty_answer(HTTPStatus.NO_CONTENT)


def _tell(request: GatewayRequest, outcome: ForgeOutcome) -> None:
    logger.info(
        "Forge call accepted",
        path=request.path,
        clientKey=outcome.client_key,
        changed=outcome.changed,
        hasToken=outcome.has_token,
    )


def _enqueue(request: GatewayRequest) -> None:
    match _forge.event(request):
        case None:
            logger.info("Forge event skipped")
        case HeldEvent() as held:
            _holding.take(held)
        case webhook:
            _queue.send(webhook)
            logger.info(
                "Forge event queued",
                event=webhook.event,
                webhookId=webhook.webhook_id,
                clientKey=webhook.client_key,
            )
