"""The stack's own controls below `/_local/` on the app's port: JSON in, JSON out."""

import json
import time
from collections.abc import Mapping
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from connect_cli.errors import CommandError
from connect_local.jira.pages.guard import Guard
from connect_local.laptop.functions import LaptopFunction
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.loopback import LOOPBACK
from connect_tools.shapes.records import RecordedShapes

_LONGEST_SECONDS = 3600


def controls(
    cloud: LaptopCloud,
    description: Mapping[str, object],
    shapes: RecordedShapes,
    functions: Mapping[str, LaptopFunction],
) -> ASGIApp:
    """The controls as an ASGI application.

    Args:
        cloud: with the services that `faults` makes fail
        description: the response of `stack`
        shapes: the response of `shapes`
        functions: the functions, by logical id
    """

    async def stack(_: Request) -> JSONResponse:
        return JSONResponse(description)

    async def recorded_shapes(_: Request) -> JSONResponse:
        return JSONResponse(shapes.records())

    async def function(request: Request) -> JSONResponse:
        found = functions.get(request.path_params["name"])
        if found is None:
            return JSONResponse(
                {"error": "no such function", "functions": list(functions)}, HTTPStatus.NOT_FOUND
            )
        return JSONResponse(
            {
                "arn": found.arn,
                "handler": found.configuration.handler,
                "variables": found.configuration.variables,
                "lastEvent": json.loads(found.last_event) if found.last_event else None,
            }
        )

    async def order_faults(request: Request) -> JSONResponse:
        service, seconds, delay = await _order(request)
        cloud.fail(service, seconds=seconds, delay=delay)
        return _pending(cloud)

    async def clear_faults(_: Request) -> JSONResponse:
        cloud.clear_faults()
        return _pending(cloud)

    application = Starlette(
        routes=[
            Route("/_local/stack", stack),
            Route("/_local/functions/{name}", function),
            Route("/_local/shapes", recorded_shapes),
            Route("/_local/faults", order_faults, methods=["POST"]),
            Route("/_local/faults", clear_faults, methods=["DELETE"]),
        ],
        exception_handlers={CommandError: _refused},
    )
    return Guard(application, base_url=f"http://{LOOPBACK}")


async def _order(request: Request) -> tuple[str, float, float | None]:
    try:
        order = await request.json()
    except ValueError:
        order = None
    if not isinstance(order, dict) or order.keys() - {"service", "seconds", "delay"}:
        raise CommandError('the body is to be {"service": …, "seconds": …}, and "delay" to be slow')
    service, seconds, delay = order.get("service"), order.get("seconds"), order.get("delay")
    if not isinstance(service, str):
        raise CommandError("service is to be a service's name")
    return service, _seconds("seconds", seconds), None if delay is None else _seconds("delay", delay)


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_SECONDS:
        raise CommandError(f"{name} is to be a number of seconds up to {_LONGEST_SECONDS}")
    return value


def _pending(cloud: LaptopCloud) -> JSONResponse:
    now = time.monotonic()
    return JSONResponse(
        {
            "pending": [
                {"service": service, "seconds": round(fault.until - now, 1), "delay": fault.delay}
                for service, fault in cloud.faults().items()
            ]
        }
    )


def _refused(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, HTTPStatus.BAD_REQUEST)
