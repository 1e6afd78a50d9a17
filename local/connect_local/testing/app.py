"""An app in a test: installed on a site, told of events, looked at by users."""

import importlib
import json
import logging
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlencode

import pytest
import time_machine

from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.events.job_request import JOB_REQUESTED, JobRequest
from connect_jira.jira.client import JiraClient
from connect_jira.lifecycle.hooks import SETTLING_SECONDS
from connect_local.jira.entities import User
from connect_local.jira.laptop import LaptopJira
from connect_local.jira.page_context import PageContext
from connect_local.jira.tokens import context_token, page_token
from connect_local.testing import asgi, aws
from connect_local.testing.answers import PageAnswer
from connect_local.testing.backend import APP_URL, SITE_URL, Backend, Foundation
from connect_local.testing.clock import Clock
from connect_local.testing.events import JiraEvent
from connect_local.testing.failures import NoSuchJob, NotSubscribed, NotTaken, WorkerLog, failure_of
from connect_local.testing.internet import Internet, Request, Response
from connect_local.testing.jira import Issue, Jira
from connect_local.testing.own_site import site_of

_FAULT = "fault"


def own_reactions() -> Reactions:
    """Return what is registered in `functions/jira_calls`, as it is now."""
    found: Reactions = importlib.import_module("functions.jira_calls.reactions").reactions
    return found


class Deliver(Protocol):
    """The fixture `deliver`: `App.deliver`."""

    def __call__(self, event: JiraEvent, *, identifier: str | None = None) -> None:
        """Let Jira tell the app of an event."""


class LoadPage(Protocol):
    """The fixture `page`: `App.page`."""

    def __call__(
        self,
        name: str,
        query: Mapping[str, str] | None = None,
        *,
        user: User | None = None,
        on: Issue | str | None = None,
    ) -> PageAnswer:
        """Load a page as Jira shows it to somebody."""


class Call(Protocol):
    """The fixture `call`: `App.call`."""

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - any JSON value
        *,
        user: User | None = None,
        on: Issue | str | None = None,
    ) -> PageAnswer:
        """Call the app as the script of a page does."""


class RunJob(Protocol):
    """The fixture `run_job`: `App.run_job`."""

    def __call__(self, name: str) -> None:
        """Run a job for the site."""


class App:
    """The app of this project, on a site of its own.

    Attributes:
        jira: the site
        internet: all other systems
        clock: the time
    """

    def __init__(self, laptop: LaptopJira, backend: Backend, traveller: time_machine.Traveller) -> None:
        self._laptop = laptop
        self._backend = backend
        self._log = WorkerLog()
        self.internet = Internet()
        self.clock = Clock(traveller, self.work_off)
        self.jira = Jira(laptop, self.work_off, self._settle)

    def work_off(self) -> None:
        """Let the app do everything that is due now.

        Raises:
            WorkFailed: a function failed, though nothing was told to fail
        """
        known = len(self.jira.requests)
        self._laptop.wait_until_sent()
        while self._backend.work_off():
            self._laptop.wait_until_sent()
        calls = self.jira.requests[known:]
        failed = self._log.take()
        if failed and not any(call.reason == _FAULT for call in calls):
            raise failure_of(failed[0], calls)

    def install(self) -> None:
        """Install the app on the site, and let it do what it does then.

        Raises:
            NotTaken: it refused to be installed
        """
        result = self._laptop.lifecycle.install(f"{APP_URL}/atlassian-connect.json")
        if not result.installed:
            said = result.decisive.error or f"it answered {result.decisive.status}"
            raise NotTaken(f"The app could not be installed: {said}. {self._raised()}")
        self._settle()

    def deliver(self, event: JiraEvent, *, identifier: str | None = None) -> None:
        """Let Jira tell the app of an event, and the app do all that it does about it.

        Args:
            event: of `connect_local.testing.payloads`
            identifier: Jira's, of this event; the same again when it is delivered twice

        Raises:
            NotSubscribed: the descriptor has no webhook for it
            NotTaken: the app refused the webhook
            WorkFailed: a function failed, though nothing was told to fail
        """
        wanted = {webhook.event for webhook in self.jira.app.descriptor.webhooks}
        if event.name not in wanted:
            path = f"/webhooks/{event.name.removeprefix('jira:')}"
            entry = json.dumps({"event": event.name, "url": path})
            raise NotSubscribed(
                f"The app is not told of {event.name}: add {entry} to modules.webhooks in"
                " descriptor/atlassian-connect.json."
            )
        result = self._laptop.webhooks.send_payload(event.name, event.payload, identifier)
        for answer in result.answers:
            if answer.status != HTTPStatus.NO_CONTENT:
                said = answer.error or f"it answered {answer.status}"
                raise NotTaken(f"The app did not take {event.name}: {said}. {self._raised()}")
        self.work_off()

    def page(
        self,
        name: str,
        query: Mapping[str, str] | None = None,
        *,
        user: User | None = None,
        on: Issue | str | None = None,
    ) -> PageAnswer:
        """Load a page as Jira shows it to somebody.

        Args:
            name: as in `/pages/name`
            query: of the page's URL, as the descriptor has it, such as `{"issue": "EX-1"}`
            user: by default an administrator
            on: the issue that it is shown for, or the key of a project
        """
        url = f"{APP_URL}/pages/{name}" + (f"?{urlencode(query)}" if query else "")
        token = page_token(self.jira.app, url, **self._shown(user, on))
        return self._asked("GET", f"{url}{'&' if query else '?'}jwt={token}", {})

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - any JSON value
        *,
        user: User | None = None,
        on: Issue | str | None = None,
    ) -> PageAnswer:
        """Call the app as the script of a page does.

        Args:
            method: such as `PUT`
            path: below `/api/`, with its query
            body: sent as JSON; None for none
            user: by default an administrator
            on: the issue that the page is shown for, or the key of a project
        """
        token = context_token(self.jira.app, **self._shown(user, on))
        headers = {"authorization": f"JWT {token}"}
        sent = b"" if body is None else json.dumps(body).encode()
        if sent:
            headers["content-type"] = "application/json"
        answer = self._asked(method, f"{APP_URL}/api/{path}", headers, sent)
        self.work_off()
        return answer

    def run_job(self, name: str) -> None:
        """Run a job for the site, whenever it would be due, with all its steps.

        Args:
            name: of its function

        Raises:
            NoSuchJob: nothing is registered under this name
            WorkFailed: a function failed, though nothing was told to fail
        """
        jobs = own_reactions().jobs
        if name not in jobs:
            known = f"there are {', '.join(sorted(jobs))}" if jobs else '@reactions.every("day") makes one'
            raise NoSuchJob(f"functions/jira_calls has no job {name}: {known}.")
        request = JobRequest(job=name, slot=f"test {uuid.uuid4()}", client_key=self.jira.app.client_key)
        self._backend.put_on_bus(JOB_REQUESTED, request.to_fields())
        self.work_off()

    @property
    def site(self) -> Site:
        """The site as the app's functions have it: `site.data`, `site.secrets`, `site.jira`."""
        function = self._backend.functions["JiraCallsFunction"]
        return site_of(function.variables, self.jira.app.client_key, own_reactions(), function.context())

    def _settle(self) -> None:
        self.clock.move(seconds=SETTLING_SECONDS + 1)

    def _shown(self, user: User | None, on: Issue | str | None) -> dict[str, Any]:
        issue_key = on.key if isinstance(on, Issue) else ""
        project_key = on if isinstance(on, str) else ""
        context = PageContext.of(self.jira.site, issue_key=issue_key, project_key=project_key)
        return {
            "user": user or self.jira.admin,
            "context": context.claim(),
            "now": self.jira.site.now(),
        }

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> PageAnswer:
        host = {"host": APP_URL.partition("//")[2], **headers}
        response = self.internet.answer(Request(method=method, url=url, headers=host, body=body))
        assert response is not None  # noqa: S101 - the app breaks no connection
        for function in self._backend.functions.values():
            if function.raised and response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise function.raised
        return PageAnswer(response)

    def _raised(self) -> str:
        errors = [function.raised for function in self._backend.functions.values() if function.raised]
        return f"{type(errors[0]).__name__}: {errors[0]}" if errors else "Its log above says why."

    @contextmanager
    def running(self, base: Foundation) -> Iterator[None]:
        """Let everything reach everything."""

        def jira(request: Request) -> Response | None:
            return asgi.answered(self._laptop.app, request, base.portal)

        self.internet.serve(APP_URL, self._backend.answer)
        self.internet.serve(SITE_URL, jira)
        self.internet.serve(aws.HOSTS, aws.answer)
        logging.getLogger().addHandler(self._log)
        waits: Any = JiraClient.__init__.__kwdefaults__
        with self.internet.reached(), pytest.MonkeyPatch.context() as patch:
            patch.setitem(waits, "sleep", self.clock.sleep)
            patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "ConnectLambda/tests")
            try:
                yield
            finally:
                logging.getLogger().removeHandler(self._log)


@contextmanager
def installed_app(base: Foundation) -> Iterator[App]:
    """Start the app, and install it on a site.

    Args:
        base: shared by all tests
    """
    with time_machine.travel(time.time(), tick=True) as traveller:
        laptop = LaptopJira(base_url=SITE_URL, install_key=base.install_key, retry_delays=())
        app = App(laptop, Backend(base), traveller)
        try:
            with app.running(base):
                app.install()
                yield app
        finally:
            laptop.close()
