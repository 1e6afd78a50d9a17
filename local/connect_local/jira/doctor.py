"""The doctor's page, as on the site, but answered by this process: there is nothing to build or to load."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from connect_doctor import page
from connect_doctor.web import FILES, Place, document

_HERE = Place(
    engine="./server.js",
    home="../../calls",
    home_name="Calls from apps",
    kept="The secret stays on this machine and is kept nowhere: not stored, and in no link.",
    promise="Nothing that you paste leaves this machine: the laptop's Jira answers, and asks nobody.",
)

_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'"}


def doctor_application() -> Starlette:
    """The page and its answers, to be mounted at a path of its own."""
    return Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(document(_HERE), headers=_HEADERS)),
            Route("/answer", _answered, methods=["POST"]),
            Route("/example", _exemplified, methods=["POST"]),
            Mount("/", StaticFiles(directory=FILES)),
        ]
    )


async def _answered(request: Request) -> Response:
    question = (await request.body()).decode(errors="replace")
    try:
        answer = await run_in_threadpool(page.answer, question)
    except (AttributeError, TypeError, ValueError):
        sentence = "Ask with the members of a question, as a JSON object."
        return JSONResponse({"error": sentence}, status_code=HTTPStatus.BAD_REQUEST)
    return Response(answer, media_type="application/json")


async def _exemplified(request: Request) -> Response:
    code = (await request.body()).decode(errors="replace")
    return Response(page.example(code), media_type="application/json")
