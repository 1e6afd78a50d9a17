"""The controls below `/_local/forge/`: JSON in, JSON out; each for the site that it names.

- `GET jwks.json`: the key set of the invocation tokens
- `GET apps`: what is installed, or was
- `POST install`, `upgrade`: `{"manifest": path or object, "baseUrl": where the app is, if elsewhere}`
- `POST uninstall`: `{"key": the Connect key}`
- `POST hourly`: calls the scheduled triggers; `{"tokenSeconds": N}` sets how long tokens are good from now on
- `POST invoke-remote`: makes a call for a page: `{"key": the Connect key, "accountId": who has it open,
  "endpoint": its key, "method", "path", "body"}` → `{"status", "body"}`
- `DELETE tokens`: takes back every token
"""

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.apps import Answer
from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.manifests import ForgeManifest, load_manifest
from connect_local.jira.forge.page_calls import PageCall
from connect_local.jira.forge.platform import ForgePlatform
from connect_local.jira.strict_json import parse_json
from connect_local.jira.tenant import Tenant, Tenants


class ForgeControls:
    """Translates between HTTP and the commands.

    Args:
        platform: carries them out
        tenants: the sites
    """

    def __init__(self, platform: ForgePlatform, tenants: Tenants) -> None:
        self._platform = platform
        self._tenants = tenants

    def application(self) -> Starlette:
        """The controls as an ASGI application."""
        return Starlette(
            routes=[
                Route("/jwks.json", self._key_set),
                Route("/apps", self._apps),
                Route("/install", self._install, methods=["POST"]),
                Route("/upgrade", self._upgrade, methods=["POST"]),
                Route("/uninstall", self._uninstall, methods=["POST"]),
                Route("/hourly", self._hourly, methods=["POST"]),
                Route("/invoke-remote", self._invoke_remote, methods=["POST"]),
                Route("/tokens", self._revoke, methods=["DELETE"]),
            ],
            exception_handlers={NotCarriedOut: _not_carried_out},
        )

    async def _key_set(self, _: Request) -> JSONResponse:
        return JSONResponse(self._platform.key_set(), headers={"Cache-Control": "public, max-age=300"})

    async def _apps(self, _: Request) -> JSONResponse:
        return JSONResponse(
            [
                {
                    "installationId": app.installation_id,
                    "site": app.tenant.site.name,
                    "key": app.manifest.descriptor.key,
                    "version": app.version,
                    "live": app.live,
                }
                for app in self._platform.apps()
            ]
        )

    async def _install(self, request: Request) -> JSONResponse:
        return await self._with_manifest(request, self._platform.install)

    async def _upgrade(self, request: Request) -> JSONResponse:
        return await self._with_manifest(request, self._platform.upgrade)

    async def _uninstall(self, request: Request) -> JSONResponse:
        command = await _object(request)
        tenant, key = self._tenant(command), command.get("key")
        if not isinstance(key, str):
            raise NotCarriedOut("key must be the app's key.")
        answers = await run_in_threadpool(self._platform.uninstall, tenant, key)
        return JSONResponse(_told(answers))

    async def _hourly(self, request: Request) -> JSONResponse:
        command = await _object(request)
        seconds = command.get("tokenSeconds")
        if seconds is not None:
            if not isinstance(seconds, int | float) or seconds <= 0:
                raise NotCarriedOut("tokenSeconds must be a number of seconds.")
            self._platform.system_tokens.lifetime = float(seconds)
        answers = await run_in_threadpool(self._platform.hourly, self._tenant(command))
        return JSONResponse({"answers": [_answer(answer) for answer in answers]})

    async def _invoke_remote(self, request: Request) -> JSONResponse:
        command = await _object(request)
        app = self._platform.require(self._tenant(command), _text(command, "key"))
        call = PageCall(
            endpoint=_text(command, "endpoint"),
            method=_text(command, "method"),
            path=_text(command, "path"),
            body=command.get("body"),
        )
        account_id = _text(command, "accountId")
        answer = await run_in_threadpool(self._platform.invoke_remote, app, account_id, call)
        return JSONResponse({"status": answer.status, "body": _json(answer.data)})

    async def _revoke(self, _: Request) -> JSONResponse:
        self._platform.system_tokens.revoke_all()
        return JSONResponse({})

    async def _with_manifest(
        self, request: Request, carry_out: Callable[[Tenant, ForgeManifest], dict[str, Answer]]
    ) -> JSONResponse:
        command = await _object(request)
        base_url = command.get("baseUrl")
        if base_url is not None and not isinstance(base_url, str):
            raise NotCarriedOut("baseUrl must be a URL.")
        manifest = load_manifest(command.get("manifest"), base_url=base_url)
        tenant = self._tenant(command)
        answers = await run_in_threadpool(carry_out, tenant, manifest)
        app = self._platform.require(tenant, manifest.descriptor.key)
        return JSONResponse({"installationId": app.installation_id, **_told(answers)})

    def _tenant(self, command: Mapping[str, Json]) -> Tenant:
        name = command.get("site", "")
        if not isinstance(name, str):
            raise NotCarriedOut("site must be the name of a site.")
        return self._tenants.ensure(name)


async def _object(request: Request) -> dict[str, Json]:
    try:
        body = parse_json(await request.body() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise NotCarriedOut("The body must be a JSON object.")
    return body


def _text(command: Mapping[str, Json], name: str) -> str:
    value = command.get(name)
    if not isinstance(value, str):
        raise NotCarriedOut(f"{name} must be a text.")
    return value


def _json(data: bytes) -> Json:
    try:
        return parse_json(data)
    except ValueError:
        return None


def _told(answers: Mapping[str, Answer]) -> Json:
    return {"answers": {event: _answer(answer) for event, answer in answers.items()}}


def _answer(answer: Answer) -> Json:
    return {"status": answer.status} | ({"error": answer.error} if answer.error else {})


def _not_carried_out(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=400)
