"""`connect demo`: the main job, step by step, and what each step proves.

Everything goes through the laptop's front doors, the app's API and Jira's `/_local/` controls, so that each
step can be repeated by hand against `connect up`.
"""

import json
import time
from collections import deque
from http import HTTPStatus
from typing import Any

import jwt
import urllib3
from rich.console import Console
from rich.markup import escape

from connect_cli.errors import CommandError
from connect_jwt.canonical import canonical_request, query_string_hash
from connect_local.laptop.stack import LaptopStack, StackOptions

RECENT_PROJECTS = "/rest/api/3/project/recent"
"""The request of the forum's unanswered question."""

_ISSUE = "DEMO-42"
_EFFECT_SECONDS = 20


class StepFailed(Exception):
    """A step did not have the expected result."""


def run(steps: "type[Demo] | None" = None) -> bool:
    """Run the demo on free ports; whether every step held.

    Args:
        steps: another demo than this one
    """
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    log: deque[str] = deque(maxlen=40)
    options = StackOptions(
        port=0, jira_port=0, on_log=lambda function, line: log.append(f"{function} {line}")
    )
    console.print("Starting API Gateway, Lambda, DynamoDB, KMS, SQS and a Jira on this laptop …")
    with LaptopStack(options) as stack:
        try:
            (steps or Demo)(stack, console).run()
        except StepFailed as failed:
            console.print(f"[red]✗ {escape(str(failed))}[/]\n\nThe functions' last words:")
            console.print("\n".join(log), markup=False)
            return False
    console.print("\n[bold green]Every step held.[/] Now yours: [bold]make up[/], then edit")
    console.print("functions/jira_calls/reactions.py and descriptor/atlassian-connect.json.")
    return True


class Demo:
    """The steps, over a running stack."""

    def __init__(self, stack: LaptopStack, console: Console) -> None:
        if stack.jira is None:
            raise CommandError("the demo needs the laptop's Jira")
        self._stack = stack
        self._jira_url = stack.jira.base_url
        self._console = console
        self._http = urllib3.PoolManager()
        self._client_key = ""

    def run(self) -> None:
        """All of them, in order."""
        self._fetch_descriptor()
        self._install()
        self._refuse_a_forged_install()
        self._call()
        self._make_the_forums_mistake()
        self._webhook()
        self._deliver_again()
        self._uninstall()

    def _fetch_descriptor(self) -> None:
        self._step("Jira fetches the descriptor")
        status, descriptor = self._request("GET", self._stack.descriptor_url)
        self._hold(status == HTTPStatus.OK, f"GET {self._stack.descriptor_url} → {status}")
        self._app_key = descriptor["key"]
        self._show(f"key {descriptor['key']}, scopes {' '.join(descriptor['scopes'])}")
        self._hold(
            descriptor["baseUrl"] == self._stack.base_url,
            f"baseUrl is where the app was reached: {descriptor['baseUrl']}",
        )

    def _install(self) -> None:
        self._step("Jira installs the app: POST /lifecycle/installed, signed RS256")
        status, result = self._control("install", {"descriptorUrl": self._stack.descriptor_url})
        self._hold(
            status == HTTPStatus.OK and result["installed"], f"the app answered {result.get('status')}"
        )
        self._client_key = result["clientKey"]
        row = self._row()
        self._show(f"clientKey {self._client_key}")
        self._hold(
            "sharedSecret" not in row and len(row["sealedSecret"]["B"]) > 0,
            f"in the table the secret is {len(row['sealedSecret']['B'])} bytes that only KMS opens",
        )
        self._hold(
            self._opens(row, self._client_key) and not self._opens(row, "another-site"),
            "KMS opens it for this app on this site, and for no other",
        )

    def _refuse_a_forged_install(self) -> None:
        self._step("Somebody else sends an install: the same request, signed with a secret (HS256)")
        before = self._row()
        path, now = "/lifecycle/installed", int(time.time())
        claims = {
            "iss": self._client_key,
            "aud": [self._stack.base_url],
            "iat": now,
            "exp": now + 180,
            "qsh": query_string_hash("POST", path, ""),
        }
        token = jwt.encode(claims, "a secret of the forger's own choosing", algorithm="HS256")
        body = {"clientKey": self._client_key, "key": self._app_key, "eventType": "installed"}
        status, answer = self._request(
            "POST", f"{self._stack.base_url}{path}", body, {"Authorization": f"JWT {token}"}
        )
        self._hold(status == HTTPStatus.UNAUTHORIZED and answer is None, f"refused: {status}, without a word")
        self._hold(self._row() == before, "and nothing changed")

    def _call(self) -> None:
        self._step(f"The app calls Jira, signed: GET {RECENT_PROJECTS}")
        answer = self._invoke({"clientKey": self._client_key, "method": "GET", "path": RECENT_PROJECTS})
        self._show(f"canonical request  {canonical_request('GET', RECENT_PROJECTS, '')}")
        self._show(f"qsh                {query_string_hash('GET', RECENT_PROJECTS, '')}")
        self._show(f"iss                {self._app_key}   (the app key, not the clientKey)")
        self._hold(answer.get("status") == HTTPStatus.OK, f"Jira accepted it: {answer.get('status')}")
        names = ", ".join(project["name"] for project in answer["body"])
        self._hold(bool(names), f"and answered with its projects: {names}")

    def _make_the_forums_mistake(self) -> None:
        self._step("The mistake that the forum never answered: iss = clientKey")
        now = int(time.time())
        claims = {
            "iss": self._client_key,
            "iat": now,
            "exp": now + 180,
            "qsh": query_string_hash("GET", RECENT_PROJECTS, ""),
        }
        row = self._row()
        token = jwt.encode(claims, self._open(row, self._client_key), algorithm="HS256")
        status, _ = self._request(
            "GET", f"{self._jira_url}{RECENT_PROJECTS}", headers={"Authorization": f"JWT {token}"}
        )
        reason = self._calls()[-1]["reason"]
        self._hold(
            status == HTTPStatus.UNAUTHORIZED,
            f"Jira refuses, though the secret and the hash are right: {status}",
        )
        self._hold(reason == "iss-is-client-key", f"and this Jira says why: {reason}")
        self._show("connect_jwt has no function that signs like this")

    def _webhook(self) -> None:
        self._step(f"An issue is created: POST /webhooks/issue_created, signed HS256 ({_ISSUE})")
        self._identifier = f"demo-{time.time_ns()}"
        status, result = self._send_webhook()
        self._hold(
            status == HTTPStatus.OK and result["status"] == HTTPStatus.NO_CONTENT,
            "verified, queued and answered 204",
        )
        note = self._wait_for_note()
        self._hold(
            note is not None and note.get("webhookId") == self._identifier,
            f"the worker left the property connect-lambda on {_ISSUE}: {json.dumps(note)}",
        )
        for call in self._calls_about_the_issue():
            self._show(f"Jira saw  {call['method']} {call['path']} → {call['status']}")

    def _deliver_again(self) -> None:
        self._step("Jira delivers the same webhook again, as it does when an answer is lost")
        before = len(self._calls_about_the_issue())
        _, result = self._send_webhook()
        self._hold(result["status"] == HTTPStatus.NO_CONTENT, "answered 204 again")
        self._wait_until_worked_off()
        self._hold(len(self._calls_about_the_issue()) == before, "and not worked off a second time")

    def _uninstall(self) -> None:
        self._step("Jira uninstalls the app")
        _, result = self._control("uninstall", {"descriptorUrl": self._stack.descriptor_url})
        self._hold(result["status"] == HTTPStatus.NO_CONTENT, f"the app answered {result['status']}")
        row = self._row()
        self._hold("sealedSecret" not in row, "the secret is gone from the table")
        days = (int(row["expiresAt"]["N"]) - time.time()) / 86400
        self._show(f"what is left of the row is deleted in {days:.0f} days")

    def _send_webhook(self) -> tuple[int, Any]:
        body = {"issue": {"key": _ISSUE, "fields": {"summary": "The printer on the third floor speaks"}}}
        return self._control(
            "webhooks", {"event": "jira:issue_created", "body": body, "identifier": self._identifier}
        )

    def _wait_for_note(self) -> dict[str, Any] | None:
        deadline = time.monotonic() + _EFFECT_SECONDS
        while time.monotonic() < deadline:
            _, state = self._request("GET", f"{self._jira_url}/_local/state")
            for issue in state["issues"]:
                if issue["key"] == _ISSUE and "connect-lambda" in issue["properties"]:
                    note: dict[str, Any] = issue["properties"]["connect-lambda"]
                    return note
            time.sleep(0.1)
        return None

    def _wait_until_worked_off(self) -> None:
        sqs, url = self._stack.cloud.client("sqs"), self._stack.cloud.attribute("JiraCalls", "Ref")
        deadline = time.monotonic() + _EFFECT_SECONDS
        while time.monotonic() < deadline:
            counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            if (
                counts["ApproximateNumberOfMessages"]
                == counts["ApproximateNumberOfMessagesNotVisible"]
                == "0"
            ):
                return
            time.sleep(0.1)
        raise StepFailed("the queue was not worked off")

    def _calls(self) -> list[dict[str, Any]]:
        _, calls = self._request("GET", f"{self._jira_url}/_local/requests")
        return list(calls)

    def _calls_about_the_issue(self) -> list[dict[str, Any]]:
        return [call for call in self._calls() if f"/issue/{_ISSUE}" in call["path"]]

    def _row(self) -> dict[str, Any]:
        table = self._stack.cloud.attribute("Installations", "Ref")
        key = {"clientKey": {"S": self._client_key}}
        dynamodb = self._stack.cloud.client("dynamodb")
        row: dict[str, Any] = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        return row

    def _open(self, row: dict[str, Any], client_key: str) -> str:
        kms = self._stack.cloud.client("kms")
        opened = kms.decrypt(
            CiphertextBlob=row["sealedSecret"]["B"],
            EncryptionContext={"appKey": self._app_key, "clientKey": client_key},
        )
        return str(opened["Plaintext"].decode())

    def _opens(self, row: dict[str, Any], client_key: str) -> bool:
        kms = self._stack.cloud.client("kms")
        try:
            self._open(row, client_key)
        except kms.exceptions.InvalidCiphertextException:
            return False
        return True

    def _invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        url = f"{self._stack.base_url}/2015-03-31/functions/JiraCallsFunction/invocations"
        _, answer = self._request("POST", url, event)
        self._hold("errorMessage" not in answer, answer.get("errorMessage", "JiraCallsFunction was invoked"))
        result: dict[str, Any] = answer
        return result

    def _control(self, command: str, body: dict[str, Any]) -> tuple[int, Any]:
        return self._request("POST", f"{self._jira_url}/_local/{command}", body)

    def _request(
        self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        response = self._http.request(
            method,
            url,
            body=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json", **(headers or {})},
            retries=False,
            timeout=30,
        )
        return response.status, json.loads(response.data) if response.data else None

    def _step(self, title: str) -> None:
        self._console.print(f"\n[bold]{escape(title)}[/]")

    def _show(self, text: str) -> None:
        self._console.print(f"    [dim]{escape(text)}[/]")

    def _hold(self, held: bool, text: str) -> None:  # noqa: FBT001 - reads as "hold that …"
        if not held:
            raise StepFailed(text)
        self._console.print(f"  [green]✓[/] {escape(text)}")
