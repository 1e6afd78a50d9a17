"""`GET /pages/…`, `/api/…` and `/static/…`, as `pages.py` registers them; and what has no route: a 404."""

import os
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.app.page_server import PageServer
from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.auth.page_requests import PageAuthenticator
from connect_jira.composition import Composition, site_storage
from connect_jira.http_pool import new_pool
from connect_jira.installations.activity import Activity
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.cross_origin import cross_origin_headers
from connect_jira.web.front_door import answer
from connect_jira.web.response import Response
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.forge_keys import ForgeKeys
from functions.pages.pages import pages

logger = Logger()
_composition = Composition.from_env(os.environ)
_activity = Activity.from_env(os.environ, _composition.aws)
_keys = ForgeKeys(_composition.app.forge_keys_url, http=new_pool(), on_answer=RECORDER.key_host)
_authenticator = PageAuthenticator(
    _composition.app,
    tenants=_composition.tenants,
    invocations=ForgeInvocations(_composition.app, _keys),
    forge=_composition.forge_store,
    clients=JiraClients(_composition.app, _composition.credentials, _activity),
    activity=_activity,
    storage=site_storage(os.environ, _composition),
)
_server = PageServer(
    pages,
    _authenticator,
    app=_composition.app,
    folder=Path(__file__).parent,
    all_js_url=os.environ["ALL_JS_URL"],
    send=JiraCallsQueue.from_env(os.environ, _composition.aws).send,
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Handle a browser's request."""
    _composition.aws.begin(context)
    return answer(
        event,
        lambda request: _server.answer(request, context),
        app=_composition.app,
        on_refused=_activity.record_refusal,
        more_headers=cross_origin_headers,
    )
