"""Log lines and metrics that the functions print for CloudWatch.

`python -m tests.infrastructure.what_functions_print` lets all that the dashboard shows happen once, in the
test kit. It is a process of its own: Powertools' loggers keep the standard output that they were made with.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from aws_lambda_powertools import Logger

from connect_jira.aws.failures import failure, report
from connect_jira.events.webhook import Webhook
from connect_jira.installations.installation import Pause, PauseReason
from connect_jira.worker.site_pauses import SitePauses
from connect_jwt.canonical import query_string_hash
from connect_jwt.identity import ClientKey
from connect_local.testing.app import App, installed_app
from connect_local.testing.backend import APP_URL, SITE_URL, Foundation, foundation
from connect_local.testing.failures import WorkFailed
from connect_local.testing.internet import Request
from connect_local.testing.payloads import issue_created
from connect_tools.project import PROJECT

_INSTALLED = "/lifecycle/installed"


def printed() -> str:
    """Everything that the functions print."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = [sys.executable, "-m", "tests.infrastructure.what_functions_print"]
    return subprocess.run(started, cwd=PROJECT, env=env, capture_output=True, text=True, check=True).stdout


def _happens(base: Foundation, patch: pytest.MonkeyPatch) -> None:
    with installed_app(base) as app:
        patch.setattr("connect_jira.jira.outcomes.SLOW_SECONDS", 0.0)
        app.deliver(issue_created(app.jira.issue("EX-1")))
        for fault in ({"status": 503, "count": 4}, {"status": 400}, {"status": 401, "count": 2}):
            app.jira.fail(**fault)
            app.deliver(issue_created(app.jira.issue("EX-2")))
            app.clock.move(hours=1)
        with pytest.raises(WorkFailed, match="app-not-installed"):
            _call_nobody(app)
        app.jira.fail(status=429, rateLimitReason="jira-burst-based")
        app.deliver(issue_created(app.jira.issue("EX-3")))
        _ask(app, "/webhooks/issue_created", _forged_webhook(app))
        _ask(app, _INSTALLED, _install_for("https://former.example.com", app, base))
        patch.setattr(base.install_key, "public_pem", lambda *_: b"no key")
        patch.setattr(base.install_key, "kid", "another-key-than-any-before")
        _ask(app, _INSTALLED, _install_for(APP_URL, app, base))
        patch.setattr("connect_jira.app.api_calls.ApiCalls._answered", _mistaken)
        app.call("GET", "health")
        _forge_event(base, patch)
        _site_is_paused(base, patch)
        _aws_fails(base, patch)


def lines_of(text: str) -> Iterator[dict[str, Any]]:
    """The lines of the log, without the metrics."""
    for line in text.splitlines():
        if line.startswith("{") and '"_aws"' not in line:
            yield json.loads(line)


def _call_nobody(app: App) -> None:
    asked = {"clientKey": "nobody", "method": "GET", "path": "/rest/api/3/myself"}
    app._backend.put_on_bus("Jira call requested", asked)  # noqa: SLF001 - as somebody else does
    app.work_off()


def _mistaken(*_: object) -> None:
    raise KeyError("summary")


def _ask(app: App, path: str, token: str) -> None:
    installed = {
        "key": app.jira.app.descriptor.key,
        "clientKey": app.jira.app.client_key,
        "eventType": "installed",
        "productType": "jira",
        "baseUrl": SITE_URL,
        "sharedSecret": "s" * 40,
    }
    headers = {"host": APP_URL.partition("//")[2], "authorization": f"JWT {token}"}
    app.internet.answer(
        Request(method="POST", url=f"{APP_URL}{path}", headers=headers, body=json.dumps(installed).encode())
    )


def _claims(app: App, path: str) -> dict[str, Any]:
    now = int(time.time())
    bound = query_string_hash("POST", path, "")
    return {"iss": app.jira.app.client_key, "iat": now, "exp": now + 180, "qsh": bound}


def _forged_webhook(app: App) -> str:
    return jwt.encode(_claims(app, "/webhooks/issue_created"), "somebody's guess" * 3, algorithm="HS256")


def _install_for(audience: str, app: App, base: Foundation) -> str:
    claims = {**_claims(app, _INSTALLED), "aud": [audience]}
    key = base.install_key
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})


@contextmanager
def _as_function(name: str, base: Foundation, patch: pytest.MonkeyPatch) -> Iterator[None]:
    with patch.context() as environment:
        for variable, value in base.variables[name].items():
            environment.setenv(variable, value)
        yield


def _forge_event(base: Foundation, patch: pytest.MonkeyPatch) -> None:
    """An event of Forge's, behind its proof."""
    webhook = Webhook(client_key=ClientKey("site"), event="jira:issue_created", webhook_id="1", payload={})
    with _as_function("ForgeFunction", base, patch):
        function = importlib.import_module("functions.forge.app")
        patch.setattr(function, "_forge", SimpleNamespace(event=lambda _: webhook))
        patch.setattr(function, "_queue", SimpleNamespace(send=lambda _: None))
        function._enqueue(None)  # noqa: SLF001 - what the handler calls


def _site_is_paused(base: Foundation, patch: pytest.MonkeyPatch) -> None:
    before, after = (SimpleNamespace(pause=pause) for pause in (None, Pause(PauseReason.REFUSED, since=0)))
    store: Any = SimpleNamespace(update=lambda *_: (before, after))
    tenants: Any = SimpleNamespace(row=lambda *_, **__: None)
    with _as_function("JiraCallsFunction", base, patch):
        SitePauses(store, tenants).pause_refused(ClientKey("site"))


def _aws_fails(base: Foundation, patch: pytest.MonkeyPatch) -> None:
    with _as_function("WebhooksFunction", base, patch):
        decrypt = partial(failure, "kms:Decrypt")
        report(decrypt(400, {"__type": "AccessDeniedException"}))
        report(decrypt(503, {}))


if __name__ == "__main__":
    Logger(service="service_undefined")  # of what is imported before it runs as a function
    with foundation() as shared, pytest.MonkeyPatch.context() as patches:
        _happens(shared, patches)
