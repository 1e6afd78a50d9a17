"""The whole stack on a laptop: API Gateway, Lambda, the services behind them, and a Jira to talk to.

What it is made of is in template.yaml; nothing here says it a second time. Everything listens on 127.0.0.1.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import Self

import urllib3

from connect_cli.errors import CommandError
from connect_local.jira import LaptopJira
from connect_local.jira.forge.platform import LAPTOP_APP_ID
from connect_local.jira.journal import RecordedRequest
from connect_local.laptop.asynchronous import LAMBDAS_RETRY_SECONDS, AsynchronousInvocations
from connect_local.laptop.controls import controls
from connect_local.laptop.event_source import QueuePoller
from connect_local.laptop.functions import Configuration, LaptopFunction
from connect_local.laptop.gateway import LaptopGateway
from connect_local.laptop.keeping import Keeping
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.ports import listen
from connect_local.laptop.reloading import TEMPLATE, Reloading
from connect_local.laptop.routing import Routes
from connect_local.laptop.schedule import Scheduler
from connect_local.laptop.servers import ThreadedServer
from connect_local.laptop.template_changes import FUNCTION
from connect_local.laptop.watching import Watching
from connect_local.source_faults import template_faults, unreadable_descriptor
from connect_tools.loopback import LOOPBACK
from connect_tools.shapes.records import RecordedShapes
from connect_tools.template import REGION, Template

_READY_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """Options of `connect up`.

    Attributes:
        port: of the app; 0 for any
        jira_port: of the laptop's Jira; None for none, 0 for any
        install_keys_urls: key hosts trusted besides the laptop's Jira's, in order
        extra_site_url: URL of another Jira, itself a site or with sites below it
        forge_jwks_url: the key set of Forge's invocation tokens, when not the laptop's Forge's
        engine: of the table, `moto` or `dynamodb-local`
        retry_seconds: delay before a failed asynchronous event is retried
        visibility_seconds: visibility time-out of the queue; None for template.yaml's. It must be longer than
            the worker's time-out, or two workers handle one message
        worker_seconds: time-out of functions that handle a queue; None for template.yaml's
        aws_sdk: client of AWS in the functions, `direct` or `boto3`; by default that of the environment
            variable `AWS_SDK`
        watch: True if every function is started ahead, and an edit of the source is applied at once
        keep: folder that the state is kept in, so that a later stack goes on with it; None for none
        record: True if the shapes of what is sent are recorded, and told at `/_local/shapes`
        on_log: takes the name of a function, and each line that it prints; lines that it prints together,
            such as a traceback, as one text
        on_trouble: takes the name of a function, and what has happened to it: it does not start, was stopped
            since it took too long, or died; or the template's name, and which part of it is not there
        on_reload: takes what an edit was applied to, and a sentence about it
        on_jira_request: takes each REST call that the laptop's Jira has answered
        app_faults: returns the faults of the app that Jira does not notice, for the laptop's Jira to show
    """

    port: int = 3000
    jira_port: int | None = 2990
    install_keys_urls: Sequence[str] = ()
    extra_site_url: str | None = None
    forge_jwks_url: str | None = None
    engine: str = "moto"
    retry_seconds: Sequence[float] = LAMBDAS_RETRY_SECONDS
    visibility_seconds: int | None = None
    worker_seconds: float | None = None
    aws_sdk: str = field(default_factory=lambda: os.environ.get("AWS_SDK", "direct"))
    watch: bool = False
    keep: Path | None = None
    record: bool = False
    on_log: Callable[[str, str], None] = lambda _function, _line: None
    on_trouble: Callable[[str, str], None] = lambda _function, _sentence: None
    on_reload: Callable[[str, str], None] = lambda _what, _sentence: None
    on_jira_request: Callable[[RecordedRequest], None] = lambda _request: None
    app_faults: Callable[[], Sequence[str]] = tuple


class LaptopStack:
    """A running stack; a context manager that leaves nothing behind.

    Raises:
        CommandError: a port is taken, or a part does not start
    """

    def __init__(self, options: StackOptions) -> None:
        if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            raise CommandError("this is Lambda itself: the laptop's stack is not for here")
        self._options = options
        self._parts = ExitStack()
        self._shapes = RecordedShapes()
        self._troubles: deque[str] = deque(maxlen=1)
        self._missing: list[str] = []
        self._keeping: Keeping | None = None
        self.jira: LaptopJira | None = None
        self.functions: dict[str, LaptopFunction] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._parts.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    @property
    def descriptor_url(self) -> str:
        """URL that Jira installs the app from."""
        return f"{self.base_url}/atlassian-connect.json"

    def _start(self) -> None:
        options = self._options
        if fault := unreadable_descriptor():
            raise CommandError(fault)
        app_listener = listen(options.port, "--port")
        self._parts.callback(app_listener.close)
        self.base_url = f"http://localhost:{app_listener.getsockname()[1]}"
        own_site_url = self._start_jira() if options.jira_port is not None else None
        site_urls = ",".join(filter(None, ((options.extra_site_url or "").rstrip("/"), own_site_url)))
        keys_urls = [*options.install_keys_urls, *(self.jira.install_keys_urls if self.jira else [])]
        forge_keys_url = options.forge_jwks_url or (self.jira.forge.keys_url if self.jira else "")
        self._settings = {
            "BaseUrl": self.base_url,
            "InstallKeysUrl": ",".join(keys_urls),
            "ExtraSiteUrl": site_urls,
            "ForgeAppId": LAPTOP_APP_ID if forge_keys_url else "",
            "ForgeKeysUrl": forge_keys_url,
            "ExtraForgeApiUrl": site_urls,
            "AwsSdk": options.aws_sdk,
            "RecordShapes": "true" if options.record else "false",
        }
        if self.jira:
            self._settings |= {"UserTokensUrl": self.jira.oauth_url, "AllJsUrl": self.jira.all_js_url}
        with template_faults():
            self.template = Template(self._settings)
            self._start_aws(self.template)
            self._description: dict[str, object] = {
                "region": REGION,
                "endpoint": self.cloud.endpoint,
                "endpoints": self.cloud.endpoints,
            }
            self._describe()
            routes = Routes(self.template.routes())
        self._gateway = LaptopGateway(
            routes,
            self.functions,
            self.asynchronous,
            controls(self.cloud, self._description, self._shapes, self.functions),
            tell=self._tell,
        )
        self._serve(ThreadedServer(self._gateway, app_listener))
        if options.watch:
            self._watch()
        else:
            self._check_readiness()
        if self._keeping:
            self._keeping.go_on()

    def use_template(self, template: Template) -> None:
        """Apply another template: new resources, functions and routes. What has gone from it stays.

        Raises:
            CommandError: it cannot be used; of what is old nothing has changed
        """
        self.cloud.use(template)
        try:
            with template_faults():
                routes = Routes(template.routes())
                self.cloud.resources()
                for name in template.resources(FUNCTION):
                    Configuration.of(name, template, self.cloud)
                added = [
                    self._function(name, template)
                    for name in template.resources(FUNCTION)
                    if name not in self.functions
                ]
                asynchronous = {one.name: self._asynchronous(one, template) for one in added}
        except CommandError:
            self.cloud.use(self.template)
            raise
        self.template = template
        self.asynchronous |= asynchronous
        self.functions |= {one.name: one for one in added}
        self._gateway.routes = routes
        self._describe()

    def _describe(self) -> None:
        self._description["resources"] = {name: name for name in self.functions} | self.cloud.resources()
        missing = self.cloud.missing()
        for line in missing:
            if line not in self._missing:
                self._options.on_trouble("template", line)
        self._missing = missing

    def _watch(self) -> None:
        reloading = Reloading(self, tell=self._tell, announce=self._options.on_reload)
        watching = Watching(reloading.folders(), [TEMPLATE], reloading.take)
        self._parts.callback(watching.stop)
        watching.start()
        reloading.start_all()

    def _start_aws(self, template: Template) -> None:
        self.cloud = LaptopCloud(template, engine=self._options.engine)
        self._parts.callback(self.cloud.stop)
        self.cloud.start()
        if self._options.keep:
            self._keeping = Keeping(self._options.keep, self, tell=self._tell)
            self._keeping.read()
            self._parts.callback(self._keeping.stop)  # when all that is under way has come to its end
        for name in template.resources(FUNCTION):
            self.functions[name] = self._function(name, template)
        self._start_lambda(template)

    def _function(self, name: str, template: Template) -> LaptopFunction:
        works_off = {source.function for source in template.event_sources()}
        timeout = self._options.worker_seconds if name in works_off else None
        return LaptopFunction(name, template, self.cloud, log=self._log_of(name), timeout=timeout)

    def _asynchronous(self, function: LaptopFunction, template: Template) -> AsynchronousInvocations:
        return AsynchronousInvocations(
            function,
            template.asynchronous_invocation(function.name, self.cloud.attribute),
            deliver=self.cloud.deliver,
            retry_seconds=self._options.retry_seconds,
            tell=self._tell,
        )

    def _start_lambda(self, template: Template) -> None:
        """Connect the functions to queue and bus; what is under way is brought to an end before they stop."""
        sources_of_messages = template.event_sources()
        if self._options.visibility_seconds is not None:
            for source in sources_of_messages:
                self.cloud.hide_received(source.queue, seconds=self._options.visibility_seconds)
        self.pollers = [
            QueuePoller(source, self.functions[source.function], self.cloud, tell=self._tell)
            for source in sources_of_messages
        ]
        self.asynchronous = {
            name: self._asynchronous(function, template) for name, function in self.functions.items()
        }
        self._parts.callback(self._stop_lambda)
        for poller in self.pollers:
            poller.start()
        for rate in template.rates(self.cloud.attribute):
            scheduler = Scheduler(rate, partial(self.asynchronous[rate.function].put, is_scheduled=True))
            self._parts.callback(scheduler.stop)
            scheduler.start()
        for rule in template.event_rules(self.cloud.attribute):
            self.cloud.make_rule(rule, self.asynchronous[rule.function].put)

    def _stop_lambda(self) -> None:
        """Bring what is under way to an end, and stop the functions."""
        sources: list[QueuePoller | AsynchronousInvocations] = [*self.pollers, *self.asynchronous.values()]
        functions = list(self.functions.values())
        steps = (
            [source.stop for source in sources],
            [function.begin_to_end for function in functions],
            [function.stop for function in functions],
            [source.finish for source in sources],
        )
        for step in chain.from_iterable(steps):
            step()

    def _start_jira(self) -> str:
        assert self._options.jira_port is not None  # noqa: S101 - for the type checker
        listener = listen(self._options.jira_port, "--jira-port")
        self._parts.callback(listener.close)
        base_url = f"http://localhost:{listener.getsockname()[1]}"
        self.jira = LaptopJira(
            base_url=base_url,
            descriptor_url=self.descriptor_url,
            on_request=self._options.on_jira_request,
            app_faults=self._options.app_faults,
        )
        self._parts.callback(self.jira.close)
        self._serve(ThreadedServer(self.jira.app, listener, http=self.jira.protocol))
        return base_url

    def _serve(self, server: ThreadedServer) -> None:
        self._parts.callback(server.stop)
        server.start()

    def _log_of(self, function: str) -> Callable[[str], None]:
        def take(line: str) -> None:
            self._shapes.take(line)
            self._options.on_log(function, line)

        return take

    def _tell(self, function: str, sentence: str) -> None:
        self._troubles.append(f"{function} {sentence}")
        self._options.on_trouble(function, sentence)

    def _check_readiness(self) -> None:
        """The descriptor is there: gateway, Lambda and a function work."""
        url = self.descriptor_url.replace("localhost", LOOPBACK)
        try:
            answer = urllib3.request("GET", url, timeout=_READY_SECONDS, retries=False)
        except urllib3.exceptions.HTTPError as failed:
            raise CommandError(f"the app does not answer: {type(failed).__name__}") from failed
        if answer.status != HTTPStatus.OK:
            why = self._troubles[-1] if self._troubles else "its log says why"
            raise CommandError(f"the app answers {answer.status} when it is asked for its descriptor: {why}")
