"""`GET /pages/…`, `/api/…` and `/static/…`: the browser's side of the app inside Jira.

Two kinds of proof, two kinds of route: a page is loaded with a token bound to its URL, a page's own calls
carry a context token, and neither is accepted for the other. Paths without a route end here, too, so that
every response has the headers of `connect_jira.web.response`.
"""

import os
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.auth.page_requests import PageAuthenticator
from connect_jira.composition import Composition, site_storage
from connect_jira.http_pool import new_pool
from connect_jira.installations.activity import Activity
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.assets import Assets
from connect_jira.web.cross_origin import cross_origin_headers, is_call, preflight_response
from connect_jira.web.front_door import answer
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response
from connect_jwt.forge_keys import ForgeKeys
from functions.pages import api
from functions.pages.pages import STATIC, Pages

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
_assets = Assets(STATIC)
_pages = Pages(_assets, all_js_url=os.environ["ALL_JS_URL"])
_page_routes = {
    "GET /pages/hello-world": _pages.hello_world,
    "GET /pages/connection": _pages.connection,
}


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    """Handle a browser's request."""
    _composition.aws.begin(context)
    return answer(
        event,
        lambda request: _route(request, context),
        app=_composition.app,
        on_refused=_activity.record_refusal,
        more_headers=cross_origin_headers,
    )


def _route(request: GatewayRequest, context: LambdaContext) -> Response:
    if request.method == "OPTIONS" and is_call(request):
        return preflight_response(api.ROUTES)
    route = f"{request.method} {request.path}"
    if page := _page_routes.get(route):
        return page(_authenticator.page(request, context))
    if call := api.ROUTES.get(route):
        return api.answer_call(call, _authenticator.call(request, context))
    return _assets.answer(request) or empty_response(HTTPStatus.NOT_FOUND)
