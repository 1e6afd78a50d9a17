"""Gate of every REST call: ordered faults, authentication, and the journal."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connect_jwt.canonical import relative_path
from connect_jwt.diagnosis import Evidence
from connect_local.jira.access_tokens import AccessTokens, access_token_of
from connect_local.jira.authentication import CallReason, CallRefused, RestCall, authenticate, normalised
from connect_local.jira.breakable_connection import break_connection
from connect_local.jira.entities import Installation, User
from connect_local.jira.explanation import Explanation, explain
from connect_local.jira.faults import Delay, Drop, Faults, GatewayLimit, RotateSecret, Status
from connect_local.jira.forge import gateway_answers
from connect_local.jira.forge.platform import ForgePlatform
from connect_local.jira.journal import Journal, RecordedRequest, without_token
from connect_local.jira.rest.answers import error_response
from connect_local.jira.site import Site
from connect_local.jira.tenant import Tenant, Tenants

_FAULT = "fault"
_FORM = "application/x-www-form-urlencoded"
_MESSAGES: dict[HTTPStatus | str, str] = {
    HTTPStatus.BAD_REQUEST: "Bad Request",
    HTTPStatus.UNAUTHORIZED: "Client must be authenticated to access this resource.",
    HTTPStatus.FORBIDDEN: "Forbidden",
    CallReason.SCOPE_MISSING: "Request not in an authorized API scope",
    CallReason.URI_IMPROPER: "The request URI is improperly formed",
}
"""By the reason or, where the reason is kept back, by the status."""


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request with the means to answer it; its body has been read.

    `by_forge` is what of its path leads to a site by Forge's tokens; None when it goes to the site itself.
    """

    tenant: Tenant
    by_forge: str | None
    request: Request
    path: str
    query: str
    body: bytes
    at: datetime
    send: Send


class RestGate:
    """The ASGI application that lets the calls through that Jira would accept.

    Args:
        tenants: the sites, whose apps may call; a REST API finds who calls it in `request.state`: the
            `app`, the `user` that it acts as, and whether it is `by_forge`
        access_tokens: accepted besides Connect JWTs
        forge: with the system tokens accepted below `/ex/jira/`
        faults: for calls to any site, besides those of each site
        journal: of the calls
        elsewhere: answers what is no REST call
    """

    def __init__(
        self,
        *,
        tenants: Tenants,
        access_tokens: AccessTokens,
        forge: ForgePlatform,
        faults: Faults,
        journal: Journal,
        elsewhere: ASGIApp,
    ) -> None:
        self._forge = forge
        self._tenants = tenants
        self._access_tokens = access_tokens
        self._faults = faults
        self._journal = journal
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        sent_path = scope["raw_path"].decode("ascii", "replace")
        forges = self._forge.at(sent_path)
        tenant, by_forge = forges or (self._tenants.at(sent_path), None)
        prefix = by_forge or (tenant.site.context_path if tenant else "")
        path = relative_path(sent_path, prefix) if tenant else ""
        if tenant is None or not normalised(path).startswith("/rest/"):
            await self._elsewhere(scope, receive, send)
            return
        request = Request({**scope, "root_path": prefix}, receive)
        query = scope["query_string"].decode("ascii", "replace")
        body = await request.body()
        exchange = _Exchange(tenant, by_forge, request, path, query, body, tenant.site.now(), send)
        await self._meet_fault(exchange)

    async def _meet_fault(self, exchange: _Exchange) -> None:
        match exchange.tenant.faults.take() or self._faults.take():
            case Status() as fault:
                headers = fault.headers(exchange.at)
                response = error_response(fault.status, "A fault on order.", headers=headers)
                await self._answer(exchange, response, reason=_FAULT)
            case GatewayLimit():
                await self._answer(exchange, gateway_answers.limited(exchange.at), reason=_FAULT)
            case Drop(after=False):
                self._record(exchange, None, reason=_FAULT)
                await break_connection(exchange.request)
            case Drop(after=True):
                await self._let_through(replace(exchange, send=_nothing), reason=_FAULT)
                await break_connection(exchange.request)
            case Delay(seconds):
                await asyncio.sleep(seconds)
                await self._let_through(exchange)
            case RotateSecret():
                await run_in_threadpool(exchange.tenant.lifecycle.rotate_secrets)
                await self._let_through(exchange)
            case None:
                await self._let_through(exchange)

    async def _let_through(self, exchange: _Exchange, reason: str | None = None) -> None:
        site, call = exchange.tenant.site, _rest_call(exchange)
        try:
            app, user = self._authenticated(call, exchange)
        except CallRefused as refused:
            others = [tenant.site for tenant in self._tenants.all() if tenant.site is not site]
            explanation = explain(refused, _evidence(exchange), site, others)
            reason = explanation.finding.code if explanation.finding else refused.reason
            is_gateways = exchange.by_forge is not None and refused.reason == CallReason.SCOPE_MISSING
            response = gateway_answers.scope_missing() if is_gateways else _refusal(refused, site)
            await self._answer(exchange, response, app=refused.app, reason=reason, explanation=explanation)
        else:
            exchange.request.state.app = app
            exchange.request.state.user = user
            exchange.request.state.by_forge = exchange.by_forge is not None
            await self._answer(exchange, exchange.tenant.rest, app=app, reason=reason)

    def _authenticated(self, call: RestCall, exchange: _Exchange) -> tuple[Installation, User]:
        site = exchange.tenant.site
        if exchange.by_forge is not None:
            return self._forge.system_tokens.authenticate(call, site=site)
        access_token = access_token_of(call)
        if access_token is not None:
            return self._access_tokens.authenticate(access_token, call, site=site)
        app = authenticate(call, site=site)
        return app, app.app_user

    async def _answer(
        self,
        exchange: _Exchange,
        handler: ASGIApp,
        *,
        app: Installation | None = None,
        reason: str | None,
        explanation: Explanation | None = None,
    ) -> None:
        async def recorded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(0)  # lets the server notice whoever has hung up by now
                is_awaited = not await exchange.request.is_disconnected()
                self._record(
                    exchange,
                    message["status"],
                    app=app,
                    reason=reason,
                    explanation=explanation,
                    is_awaited=is_awaited,
                )
            await exchange.send(message)

        await handler(exchange.request.scope, _replay(exchange), recorded_send)

    def _record(
        self,
        exchange: _Exchange,
        status: int | None,
        *,
        app: Installation | None = None,
        reason: str | None,
        explanation: Explanation | None = None,
        is_awaited: bool = True,
    ) -> None:
        self._journal.record(
            RecordedRequest(
                site=exchange.tenant.site.name,
                method=exchange.request.method,
                path=f"{exchange.by_forge or ''}{without_token(exchange.path, exchange.query)}",
                status=status,
                client_key=app.client_key if app else None,
                reason=reason,
                finding=explanation.finding if explanation else None,
                question=explanation.question if explanation else None,
                at=exchange.at,
                is_awaited=is_awaited,
            )
        )


def _refusal(refused: CallRefused, site: Site) -> JSONResponse:
    """As little as Jira says itself."""
    message = _MESSAGES.get(refused.reason) or _MESSAGES[refused.status]
    headers = {"WWW-Authenticate": f'JWT realm="{site.base_url}"'}
    return JSONResponse(
        {"message": message, "status-code": refused.status},
        status_code=refused.status,
        headers=headers if refused.status == HTTPStatus.UNAUTHORIZED else None,
    )


def _rest_call(exchange: _Exchange) -> RestCall:
    """The call as Java's servlet API shows it: a form's fields are parameters like those of the query."""
    request = exchange.request
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    fields = exchange.body.decode(errors="replace") if is_form and request.method == "POST" else ""
    return RestCall(
        method=request.method,
        path=exchange.path,
        parameters="&".join(filter(None, (exchange.query, fields))),
        authorization=request.headers.get("authorization"),
    )


def _evidence(exchange: _Exchange) -> Evidence:
    query = f"?{exchange.query}" if exchange.query else ""
    return Evidence(
        method=exchange.request.method,
        url=exchange.request.scope["raw_path"].decode("ascii", "replace") + query,
        headers=dict(exchange.request.headers),
        body=exchange.body.decode(errors="replace"),
    )


def _replay(exchange: _Exchange) -> Receive:
    messages = iter([{"type": "http.request", "body": exchange.body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, None) or await exchange.request.receive()

    return receive


async def _nothing(_: Message) -> None:
    """Keep the answer back."""
