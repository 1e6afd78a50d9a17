"""The app's whole backend in memory: API Gateway, Lambda, and what is behind them."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from aws_lambda_powertools import Logger
from starlette.requests import Request as StarletteRequest

from connect_local.jira.forge.platform import LAPTOP_APP_ID
from connect_local.jira.install_key import InstallKey
from connect_local.jira.laptop import LaptopJira
from connect_local.laptop.event_source import QueuePoller
from connect_local.laptop.functions import function_variables
from connect_local.laptop.gateway import http_event, http_response
from connect_local.laptop.routing import Routes
from connect_local.testing.asgi import http_scope
from connect_local.testing.aws import MemoryCloud, moto_in_this_process
from connect_local.testing.functions import MemoryFunction
from connect_local.testing.internet import Request, Response
from connect_tools.project import import_project
from connect_tools.template import Template

APP_URL = "https://app.example.com"
SITE_URL = "https://example.atlassian.net"

_MANY_BATCHES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """All that the tests of a run share: it takes a moment to make, and remembers nothing of a test.

    Attributes:
        template: of the stack
        cloud: its resources
        install_key: that installs are signed with
        portal: to an event loop
        variables: the environment variables of each function, by its logical id
        on_bus: the events that the bus has for functions, each behind the name of its function
    """

    template: Template
    cloud: MemoryCloud
    install_key: InstallKey
    portal: BlockingPortal
    variables: dict[str, dict[str, str]]
    on_bus: deque[tuple[str, bytes]]


@contextmanager
def foundation() -> Iterator[Foundation]:
    """Make it, for as long as the context lasts.

    Raises:
        CommandError: there is no project here
    """
    import_project()
    Logger()  # parent of the loggers in modules that a test imports before a function does
    install_key = InstallKey()
    with moto_in_this_process(), start_blocking_portal() as portal:
        jira = LaptopJira(base_url=SITE_URL, install_key=install_key)
        jira.close()
        template = Template(_parameters(jira))
        cloud = MemoryCloud(template)
        cloud.resources()
        variables = {
            name: _in_this_process(function_variables(name, template, cloud.attribute) | cloud.environment())
            for name in template.resources("AWS::Serverless::Function")
        }
        on_bus: deque[tuple[str, bytes]] = deque()
        for rule in template.event_rules(cloud.attribute):
            cloud.make_rule(rule, partial(_note, on_bus, rule.function))
        yield Foundation(
            template=template,
            cloud=cloud,
            install_key=install_key,
            portal=portal,
            variables=variables,
            on_bus=on_bus,
        )


def _note(on_bus: deque[tuple[str, bytes]], function: str, event: bytes) -> None:
    on_bus.append((function, event))


def _parameters(jira: LaptopJira) -> dict[str, str]:
    return {
        "BaseUrl": APP_URL,
        "InstallKeysUrl": ",".join(jira.install_keys_urls),
        "ForgeAppId": LAPTOP_APP_ID,
        "ForgeKeysUrl": jira.forge.keys_url,
        "ExtraForgeApiUrl": SITE_URL,
        "UserTokensUrl": jira.oauth_url,
        "AllJsUrl": jira.all_js_url,
        "AwsSdk": "direct",
    }


def _in_this_process(variables: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in variables.items()
        if name not in {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED"}
    }


class QueueNeverEmpty(AssertionError):
    """The app's functions enqueue more and more."""


class Backend:
    """The functions of the app, each of them cold.

    Args:
        base: shared by all tests

    Attributes:
        functions: the functions, by their logical ids
    """

    def __init__(self, base: Foundation) -> None:
        self._cloud = base.cloud
        self._cloud.forget()
        base.on_bus.clear()
        self._on_bus = base.on_bus
        self.functions = {
            name: MemoryFunction(name, base.template, variables) for name, variables in base.variables.items()
        }
        self._routes = Routes(base.template.routes())
        self._pollers = [
            QueuePoller(source, self.functions[source.function], base.cloud)
            for source in base.template.event_sources()
        ]

    def answer(self, request: Request) -> Response:
        """Answer a request as API Gateway does."""
        asked = StarletteRequest(http_scope(request))
        found = self._routes.match(asked.method, asked.scope["path"])
        if found is None:
            return Response(status=404, body=b'{"message":"Not Found"}')
        route, path_variables = found
        event = http_event(asked, request.body, route, path_variables)
        answered = http_response(self.functions[route.function].invoke(json.dumps(event).encode()))
        headers = tuple((name.decode(), value.decode("latin-1")) for name, value in answered.raw_headers)
        return Response(status=answered.status_code, headers=headers, body=bytes(answered.body))

    def put_on_bus(self, kind: str, detail: dict[str, Any]) -> None:
        """Put an event on the bus.

        Args:
            kind: its `detail-type`
            detail: of the event
        """
        entry = {
            "Source": "test",
            "DetailType": kind,
            "Detail": json.dumps(detail),
            "EventBusName": self._cloud.attribute("Bus", "Ref"),
        }
        self._cloud.client("events").put_events(Entries=[entry])

    def work_off(self) -> bool:
        """Let the functions work off what is on the bus and in their queues now; whether there was anything.

        Raises:
            QueueNeverEmpty: there is no end to it
        """
        for done in range(_MANY_BATCHES):
            taken = sum(poller.take_once() for poller in self._pollers)
            while self._on_bus:
                function, event = self._on_bus.popleft()
                self.functions[function].invoke(event)
                taken += 1
            if not taken:
                return done > 0
        raise QueueNeverEmpty(
            f"the queue is not empty after {_MANY_BATCHES} batches: does something enqueue itself for ever?"
        )
