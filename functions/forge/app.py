"""`POST /forge/…`: lifecycle calls and product events of Forge. Verify, enqueue, answer; nothing slow.

`connect_jira.lifecycle.forge` verifies and decides.
"""

import os
from functools import partial
from http import HTTPStatus
from typing import Any

import jwt.algorithms  # noqa: F401 - loaded at the start, so that the first event does not wait for it
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.key_host_checks import reach_forge_key_host
from connect_jira.aws.self_checks import checked, is_check
from connect_jira.aws.service import SENDER_WAITS_SECONDS
from connect_jira.composition import Composition
from connect_jira.errors import ProductNotServed
from connect_jira.events.held_event import HeldEvent
from connect_jira.http_pool import new_pool
from connect_jira.lifecycle.forge import ForgeCalls, ForgeOutcome
from connect_jira.lifecycle.hooks import enqueued_by
from connect_jira.metrics import count
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.front_door import answer
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.held_events import Holding
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.forge_keys import ForgeKeys

logger = Logger()
_composition = Composition.from_env(os.environ)
_queue = JiraCallsQueue.from_env(os.environ, _composition.aws)
_holding = Holding(DeadLetterQueue.from_env(os.environ, _composition.aws), _queue)
_keys = ForgeKeys(_composition.app.forge_keys_url, http=new_pool(), on_answer=RECORDER.key_host)
_forge = ForgeCalls(
    _composition.app,
    invocations=ForgeInvocations(_composition.app, _keys),
    store=_composition.forge_store,
    sealer=_composition.token_sealer,
    links=_composition.site_links,
    ask=_queue.send,
    hook=enqueued_by(_queue.send),
)
_checks = {"forge-key-host": partial(reach_forge_key_host, _composition.app)}


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Handle one call from Forge, or a check of `connect smoke`."""
    _composition.aws.begin(context, at_most=SENDER_WAITS_SECONDS)
    if is_check(event):
        return checked(event, _checks)
    return answer(event, _take, app=_composition.app)


def _take(request: GatewayRequest) -> Response:
    try:
        match request.path:
            case "/forge/events":
                _enqueue(request)
            case "/forge/refresh":
                _tell(request, _forge.refresh(request))
            case _:
                _tell(request, _forge.lifecycle(request))
                count("LifecycleEventAccepted", event=request.path.rpartition("/")[2])
    except ProductNotServed as elsewhere:  # Forge retries after anything but 2xx
        logger.info(
            "Forge call ignored", path=request.path, reason=elsewhere.reason, explanation=str(elsewhere)
        )
    return empty_response(HTTPStatus.NO_CONTENT)


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
            count("EventQueued")
