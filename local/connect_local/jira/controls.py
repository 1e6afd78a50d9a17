"""The site's own controls below `/_local/`: JSON in, JSON out."""

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
from connect_local.jira.lifecycle import Lifecycle, LifecycleResult
from connect_local.jira.site import Site
from connect_local.jira.strict_json import parse_json
from connect_local.jira.webhooks import Webhooks

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,200}")


class Controls:
    """Translates between HTTP and the commands.

    Args:
        site: shown by `state`
        lifecycle: carries out `install`, `reinstall` and `uninstall`
        webhooks: carries out `webhooks`
        faults: what `faults` orders
        journal: shown by `requests`
        install_key: published below `install-keys`
    """

    def __init__(
        self,
        *,
        site: Site,
        lifecycle: Lifecycle,
        webhooks: Webhooks,
        faults: Faults,
        journal: Journal,
        install_key: InstallKey,
    ) -> None:
        self._site = site
        self._lifecycle = lifecycle
        self._webhooks = webhooks
        self._faults = faults
        self._journal = journal
        self._install_key = install_key

    def application(self) -> Starlette:
        """The controls as an ASGI application."""
        return Starlette(
            routes=[
                Route("/install", _lifecycle_command(self._lifecycle.install), methods=["POST"]),
                Route("/reinstall", _lifecycle_command(self._lifecycle.reinstall), methods=["POST"]),
                Route("/uninstall", _lifecycle_command(self._lifecycle.uninstall), methods=["POST"]),
                Route("/webhooks", self._send_webhook, methods=["POST"]),
                Route("/faults", self._order_faults, methods=["POST"]),
                Route("/faults", self._clear_faults, methods=["DELETE"]),
                Route("/requests", self._requests),
                Route("/state", self._state),
                Route("/install-keys/{kid}", self._public_key),
            ],
            exception_handlers={NotCarriedOut: _not_carried_out, HTTPException: _http_exception},
        )

    async def _send_webhook(self, request: Request) -> JSONResponse:
        command = await _object(request)
        event, body, identifier = command.get("event"), command.get("body", {}), command.get("identifier")
        if not isinstance(event, str) or not event:
            raise NotCarriedOut("event must be the name of an event, such as jira:issue_created.")
        if not isinstance(body, dict):
            raise NotCarriedOut("body must be an object: what the webhook's payload is to hold.")
        if identifier is not None and not (isinstance(identifier, str) and _IDENTIFIER.fullmatch(identifier)):
            raise NotCarriedOut(
                "identifier must be a word of up to 200 letters, digits, dots, hyphens or underscores."
            )
        result = await run_in_threadpool(self._webhooks.send, event, body, identifier)
        return JSONResponse(
            {
                **_answer(result.answers[0]),
                "identifier": result.identifier,
                "answers": [_answer(answer) for answer in result.answers],
            }
        )

    async def _order_faults(self, request: Request) -> JSONResponse:
        self._faults.order(await _object(request))
        return JSONResponse({"pending": self._faults.pending()})

    async def _clear_faults(self, _: Request) -> JSONResponse:
        self._faults.clear()
        return JSONResponse({"pending": self._faults.pending()})

    async def _requests(self, _: Request) -> JSONResponse:
        return JSONResponse([request.as_json() for request in self._journal.requests()])

    async def _state(self, _: Request) -> JSONResponse:
        return JSONResponse(
            {
                "site": {"baseUrl": self._site.base_url},
                "apps": [_app(app) for app in self._site.apps()],
                "issues": [
                    {"key": issue.key, "summary": issue.fields.get("summary"), "properties": issue.properties}
                    for issue in self._site.issues()
                ],
            }
        )

    async def _public_key(self, request: Request) -> Response:
        if request.path_params["kid"] != self._install_key.kid:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return PlainTextResponse(self._install_key.public_pem())


def _lifecycle_command(
    carry_out: Callable[[str], LifecycleResult],
) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        descriptor_url = (await _object(request)).get("descriptorUrl")
        if not isinstance(descriptor_url, str) or not descriptor_url.startswith(("http://", "https://")):
            raise NotCarriedOut("descriptorUrl must be the http or https URL of the app's descriptor.")
        result = await run_in_threadpool(carry_out, descriptor_url)
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
    status = HTTPStatus.NOT_FOUND if isinstance(error, NothingSent) else HTTPStatus.BAD_REQUEST
    return JSONResponse({"error": str(error)}, status_code=status)


def _http_exception(_: Request, error: Exception) -> JSONResponse:
    error = cast("HTTPException", error)
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)
