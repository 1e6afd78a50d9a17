"""One server for all tests: to stop one after each would take longer than the tests."""

from starlette.types import ASGIApp, Receive, Scope, Send


class JiraServer:
    """Serves the site of the test that runs."""

    site: ASGIApp

    def __init__(self, port: int) -> None:
        self.port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.site(scope, receive, send)
