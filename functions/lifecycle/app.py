"""`POST /lifecycle/{event}`: a site installs, uninstalls, enables or disables the app.

`connect_jira.lifecycle.connect` verifies and decides.
"""

import os
from functools import partial
from http import HTTPStatus
from typing import Any

import jwt.algorithms  # noqa: F401 - loaded at the start, so that the first event does not wait for it
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.auth.install_key_ids import InstallKeyIds
from connect_jira.auth.key_host_checks import reach_install_key_hosts
from connect_jira.aws.self_checks import checked, is_check
from connect_jira.aws.service import SENDER_WAITS_SECONDS
from connect_jira.composition import Composition
from connect_jira.http_pool import new_pool
from connect_jira.installations.activity import Activity
from connect_jira.installations.self_checks import read_table, seal_and_open
from connect_jira.lifecycle.connect import Lifecycle
from connect_jira.lifecycle.hooks import enqueued_by
from connect_jira.metrics import count
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.front_door import answer
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.install_keys import InstallKeys

logger = Logger()
_composition = Composition.from_env(os.environ)
_key_ids = InstallKeyIds.from_env(os.environ, _composition.aws)
_keys = InstallKeys(
    _composition.app.install_keys_urls,
    registry_prefix=_composition.app.install_key_prefix,
    http=new_pool(),
    admit=_key_ids.admit,
    on_answer=RECORDER.key_host,
)
_queue = JiraCallsQueue.from_env(os.environ, _composition.aws)
_lifecycle = Lifecycle(
    _composition.app,
    store=_composition.store,
    sealer=_composition.sealer,
    tenants=_composition.tenants,
    links=_composition.site_links,
    keys=_keys,
    hook=enqueued_by(_queue.send),
)
_activity = Activity.from_env(os.environ, _composition.aws)
_checks = {
    "table": partial(read_table, _composition.store),
    "key": partial(seal_and_open, _composition.secrets_key),
    "install-key-hosts": partial(reach_install_key_hosts, _composition.app),
}
_events = {
    "/lifecycle/installed": _lifecycle.installed,
    "/lifecycle/uninstalled": _lifecycle.uninstalled,
    "/lifecycle/enabled": _lifecycle.enabled,
    "/lifecycle/disabled": _lifecycle.disabled,
}


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Handle one lifecycle event, or a check of `connect smoke`."""
    _composition.aws.begin(context, at_most=SENDER_WAITS_SECONDS)
    if is_check(event):
        return checked(event, _checks)
    return answer(event, _apply, app=_composition.app, on_refused=_activity.record_refusal)


def _apply(request: GatewayRequest) -> Response:
    outcome = _events[request.path](request)
    if request.path == "/lifecycle/enabled":  # it follows each install at once
        _activity.begin(outcome.client_key)
    if outcome.key_id:
        _key_ids.remember(outcome.key_id)
    logger.info(
        "Lifecycle event accepted",
        path=request.path,
        clientKey=outcome.client_key,
        changed=outcome.changed,
        keyHost=outcome.key_id and _keys.host_of(outcome.key_id),
    )
    count("LifecycleEventAccepted", event=request.path.rpartition("/")[2])
    return empty_response(HTTPStatus.NO_CONTENT)
