"""The controls below `/_local/`: JSON in, JSON out; each for the site that it names."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connect_local.jira.apps import Answer
from connect_local.jira.entities import Installation, Json
from connect_local.jira.errors import NotCarriedOut, NothingSent
from connect_local.jira.faults import Faults
from connect_local.jira.install_key import InstallKey
from connect_local.jira.journal import Journal
from connect_local.jira.lifecycle import COMMANDS, Lifecycle, LifecycleResult
from connect_local.jira.strict_json import parse_json
from connect_local.jira.tenant import Tenant, Tenants

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,200}")


class Controls:
    """Translates between HTTP and the commands.

    Args:
        tenants: the sites, which carry the commands out
        faults: queue of `faults` for any site
        journal: shown by `requests`
        install_key: published below `install-keys`
    """

    def __init__(
        self, *, tenants: Tenants, faults: Faults, journal: Journal, install_key: InstallKey
    ) -> None:
        self._tenants = tenants
        self._faults = faults
        self._journal = journal
        self._install_key = install_key

    def application(self) -> Starlette:
        """The controls as an ASGI application."""
        return Starlette(
            routes=[
                *(
                    Route(f"/{name}", self._lifecycle_command(carry_out), methods=["POST"])
                    for name, carry_out in COMMANDS.items()
                ),
                Route("/webhooks", self._send_webhook, methods=["POST"]),
                Route("/faults", self._order_faults, methods=["POST"]),
                Route("/faults", self._clear_faults, methods=["DELETE"]),
                Route("/requests", self._requests),
                Route("/sites", self._sites),
                Route("/state", self._state),
                Route("/install-keys/{host}/{kid:path}", self._public_key),
            ],
            exception_handlers={NotCarriedOut: _not_carried_out, HTTPException: _http_exception},
        )

    async def _send_webhook(self, request: Request) -> JSONResponse:
        command = await _object(request)
        webhooks = self._tenant(command.get("site")).webhooks
        event, body, identifier = command.get("event"), command.get("body", {}), command.get("identifier")
        if not isinstance(event, str) or not event:
            raise NotCarriedOut("event must be the name of an event, such as jira:issue_created.")
        if not isinstance(body, dict):
            raise NotCarriedOut("body must be an object: what the webhook's payload is to hold.")
        if identifier is not None and not (isinstance(identifier, str) and _IDENTIFIER.fullmatch(identifier)):
            raise NotCarriedOut(
                "identifier must be a word of up to 200 letters, digits, dots, hyphens or underscores."
            )
        result = await run_in_threadpool(webhooks.send, event, body, identifier)
        return JSONResponse(
            {
                **(_answer(result.answers[0]) if result.answers else {"status": None}),
                "identifier": result.identifier,
                "answers": [_answer(answer) for answer in result.answers],
            }
        )

    async def _order_faults(self, request: Request) -> JSONResponse:
        wish = await _object(request)
        faults = self._faults if wish.get("site") is None else self._tenant(wish["site"]).faults
        faults.order(wish)
        return JSONResponse({"pending": faults.pending()})

    async def _clear_faults(self, _: Request) -> JSONResponse:
        for faults in (self._faults, *(tenant.faults for tenant in self._tenants.all())):
            faults.clear()
        return JSONResponse({"pending": 0})

    async def _requests(self, _: Request) -> JSONResponse:
        return JSONResponse([request.as_json() for request in self._journal.requests()])

    async def _sites(self, _: Request) -> JSONResponse:
        sites = [tenant.site for tenant in self._tenants.all()]
        return JSONResponse([{"site": site.name, "baseUrl": site.base_url} for site in sites])

    async def _state(self, request: Request) -> JSONResponse:
        site = self._tenant(request.query_params.get("site")).site
        return JSONResponse(
            {
                "site": {"baseUrl": site.base_url},
                "apps": [_app(app) for app in site.apps()],
                "issues": [
                    {"key": issue.key, "summary": issue.fields.get("summary"), "properties": issue.properties}
                    for issue in site.issues()
                ],
            }
        )

    def _lifecycle_command(
        self, carry_out: Callable[[Lifecycle, str], LifecycleResult]
    ) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def endpoint(request: Request) -> JSONResponse:
            command = await _object(request)
            url = command.get("descriptorUrl")
            if not isinstance(url, str) or not url.startswith(("http://", "https://")):
                raise NotCarriedOut("descriptorUrl must be the http or https URL of the app's descriptor.")
            lifecycle = self._tenant(command.get("site")).lifecycle
            result = await run_in_threadpool(carry_out, lifecycle, url)
            return JSONResponse(
                {
                    **_answer(result.decisive),
                    "installed": result.installed,
                    "key": result.key,
                    "clientKey": result.client_key,
                    "answers": {event: _answer(answer) for event, answer in result.answers.items()},
                }
            )

        return endpoint

    def _tenant(self, name: Json) -> Tenant:
        if name is None:
            return self._tenants.default
        if not isinstance(name, str):
            raise NotCarriedOut("site must be the name of a site.")
        return self._tenants.ensure(name)

    async def _public_key(self, request: Request) -> Response:
        pem = self._install_key.public_pem(request.path_params["host"], request.path_params["kid"])
        if pem is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return PlainTextResponse(pem)


async def _object(request: Request) -> dict[str, Json]:
    try:
        body = parse_json(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise NotCarriedOut("The body must be a JSON object.")
    return body


def _answer(answer: Answer) -> dict[str, Json]:
    return {"status": answer.status} | ({"error": answer.error} if answer.error else {})


def _app(app: Installation) -> Json:
    return {
        "key": app.descriptor.key,
        "clientKey": app.client_key,
        "baseUrl": app.descriptor.base_url,
        "enabled": app.enabled,
        "installedAt": app.installed_at.isoformat(timespec="milliseconds"),
    }


def _not_carried_out(_: Request, error: Exception) -> JSONResponse:
    error = cast("NotCarriedOut", error)
    status = HTTPStatus.NOT_FOUND if isinstance(error, NothingSent) else HTTPStatus.BAD_REQUEST
    details = {"details": error.details} if error.details else {}
    return JSONResponse({"error": str(error), **details}, status_code=status)


def _http_exception(_: Request, error: Exception) -> JSONResponse:
    error = cast("HTTPException", error)
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)
