"""`connect demo --forge`: the main job for an app that Forge delivers, with no Connect token at all."""

import json
import time
from http import HTTPStatus
from typing import Any

from connect_jira.descriptor import at_base_url, load_descriptor
from connect_jira.events.forge_events import FORGE_EVENTS
from connect_local.demo.connect import Demo
from connect_local.jira.entities import User
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.platform import ForgePlatform
from connect_local.jira.site import ADMIN, MEMBER
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.command import DESCRIPTOR
from connect_tools.forge.manifest import manifest_of

_MYSELF = "/rest/api/3/myself"
_OF_PAGES = {
    "key": "page",
    "remote": "connect",
    "route": {"path": "/api"},
    "auth": {"appUserToken": {"enabled": True}},
}
"""Endpoints that the owner's own pages call by `invokeRemote`."""

_CREATED = FORGE_EVENTS["jira:issue_created"].name


class ForgeDemo(Demo):
    """The steps, over a running stack."""

    def run(self) -> None:
        """All of them, in order."""
        self._write_manifest()
        self._install_by_forge()
        self._refuse_a_page()
        self._ask_as_the_user()
        self._ask_for_who_is_away()
        self._call_by_token()
        self._event()
        self._renew()
        self._uninstall_by_forge()

    def _write_manifest(self) -> None:
        self._step("A manifest is made from the descriptor, as connect forge manifest does")
        descriptor = load_descriptor({"DESCRIPTOR_PATH": str(DESCRIPTOR), "STAGE": "dev"})
        at_app = at_base_url(descriptor, self._stack.base_url)
        self._manifest = manifest_of(at_app, app_id=UNREGISTERED).document
        self._app_key = descriptor["key"]
        del self._manifest["connectModules"]
        modules = self._manifest["modules"]
        modules["endpoint"].append(_OF_PAGES)
        self._show(f"endpoints  {' '.join(entry['route']['path'] for entry in modules['endpoint'])}")
        self._show(f"scopes     {' '.join(self._manifest['permissions']['scopes'])}")
        self._hold("connectModules" not in self._manifest, "nothing of Connect is left in it")

    def _install_by_forge(self) -> None:
        self._step("Forge installs the app: POST /forge/lifecycle/installed, RS256 by Forge's published key")
        status, result = self._control("forge/install", {"manifest": self._manifest})
        answers = [answer["status"] for answer in result.get("answers", {}).values()]
        self._hold(
            status == HTTPStatus.OK and answers == [HTTPStatus.NO_CONTENT],
            f"the app answered {_listed(answers)}",
        )
        self._client_key = result["installationId"]
        row = self._row()
        self._show(f"installationId {self._client_key}")
        self._hold(
            len(row["sealedToken"]["B"]) > 0 and b"eyJ" not in row["sealedToken"]["B"],
            "the system token that came with it is in the table, sealed under a key that only KMS opens",
        )
        minutes = (int(row["tokenExpiresAt"]["N"]) - time.time()) / 60
        self._hold(minutes > 0, f"it is good for {minutes:.0f} minutes")

    def _refuse_a_page(self) -> None:
        self._step("Somebody has a page open, and has Forge call /forge/lifecycle/uninstalled for it")
        forge, app = self._forge_app()
        token = forge.page_token_for(app, MEMBER.account_id)
        before = self._row()
        status, answer = self._request(
            "POST",
            f"{self._stack.base_url}/forge/lifecycle/uninstalled",
            {"eventType": "avi:forge:uninstalled:app"},
            {"Authorization": f"Bearer {token}"},
        )
        self._hold(
            status == HTTPStatus.UNAUTHORIZED and answer is None,
            f"refused, though the token is Forge's own: {status}, without a word",
        )
        self._hold(self._row() == before, "and nothing changed")

    def _ask_as_the_user(self) -> None:
        self._step("Pages call GET /api/connection, which is for administrators (invokeRemote)")
        for user, expected in ((ADMIN, HTTPStatus.OK), (MEMBER, HTTPStatus.FORBIDDEN)):
            call = {"accountId": user.account_id, "endpoint": "page", "method": "GET", "path": "/connection"}
            _, answer = self._control("forge/invoke-remote", {"key": self._app_key, **call})
            self._hold(answer.get("status") == expected, f"{user.display_name}: {answer.get('status')}")
        self._show("x-forge-oauth-user named its own user, and Jira was asked as that user")
        forge, app = self._forge_app()
        stolen = forge.system_tokens.issue(app, now=time.time(), user=ADMIN)
        before = len(self._checks())
        status, _ = self._request_remote(MEMBER, {"x-forge-oauth-user": stolen})
        self._hold(
            status == HTTPStatus.FORBIDDEN and len(self._checks()) == before,
            f"{MEMBER.display_name} sends another's token: {status}, and nothing was asked",
        )

    def _ask_for_who_is_away(self) -> None:
        self._step("The same call by requestRemote, which brings no token of the user")
        status, answer = self._request_remote(ADMIN)
        self._hold(status == HTTPStatus.FORBIDDEN, f"{ADMIN.display_name}: {status} {answer['reason']}")
        permissions = self._manifest["permissions"]
        permissions["scopes"] = {scope: {"allowImpersonation": True} for scope in permissions["scopes"]}
        self._control("forge/upgrade", {"manifest": self._manifest})
        self._show("the manifest's scopes are given allowImpersonation: true, and the app is upgraded")
        for user, expected in ((ADMIN, HTTPStatus.OK), (MEMBER, HTTPStatus.FORBIDDEN)):
            status, _ = self._request_remote(user)
            self._hold(
                status == expected, f"{user.display_name}: {status}, by a token that Forge gave the app"
            )

    def _request_remote(self, user: User, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Send a request as the browser of a page's user, with additions of that user's choice."""
        forge, app = self._forge_app()
        token = forge.page_token_for(app, user.account_id)
        url = f"{self._stack.base_url}/api/connection"
        return self._request("GET", url, None, {"Authorization": f"Bearer {token}", **(headers or {})})

    def _forge_app(self) -> tuple[ForgePlatform, ForgeApp]:
        assert self._stack.jira is not None  # noqa: S101 - for the type checker
        forge = self._stack.jira.forge
        (app,) = forge.apps()
        return forge, app

    def _checks(self) -> list[dict[str, Any]]:
        return [call for call in self._calls() if call["path"].endswith("/permissions/check")]

    def _call_by_token(self) -> None:
        self._step(f"The app calls Jira with the system token: GET {_MYSELF}")
        answer = self._invoke({"clientKey": self._client_key, "method": "GET", "path": _MYSELF})
        self._hold(answer.get("status") == HTTPStatus.OK, f"Jira accepted it: {answer.get('status')}")
        self._show(f"Jira saw  GET {self._calls()[-1]['path']}")

    def _event(self) -> None:
        self._step(f"An issue is created: POST /forge/events ({_CREATED})")
        key = self._create_issue()
        note = self._note_on(key)
        self._hold(
            note is not None and note["event"] == "jira:issue_created",
            f"the same reaction as for a webhook left its property on {key}: {json.dumps(note)}",
        )
        doors = {call["path"].partition("/rest/")[0] for call in self._calls()}
        self._hold(
            all(door.startswith("/ex/jira/") for door in doors),
            "and every call to Jira went by way of /ex/jira/<cloudId>, with a Forge token",
        )

    def _renew(self) -> None:
        self._step("Forge takes its tokens back; an hour later it calls POST /forge/refresh")
        self._request("DELETE", f"{self._jira_url}/_local/forge/tokens")
        answer = self._invoke({"clientKey": self._client_key, "method": "GET", "path": _MYSELF})
        self._hold(answer.get("status") == HTTPStatus.UNAUTHORIZED, "the old token is good for nothing")
        time.sleep(1)  # a token that ends no later than the one at hand is not taken for a newer one
        _, result = self._control("forge/hourly", {})
        statuses = [told["status"] for told in result["answers"]]
        self._hold(statuses == [HTTPStatus.NO_CONTENT], f"the app answered {_listed(statuses)}")
        answer = self._invoke({"clientKey": self._client_key, "method": "GET", "path": _MYSELF})
        self._hold(answer.get("status") == HTTPStatus.OK, "with the new one the app gets through again")

    def _uninstall_by_forge(self) -> None:
        self._step("Forge uninstalls the app: POST /forge/lifecycle/uninstalled")
        _, result = self._control("forge/uninstall", {"key": self._app_key})
        statuses = [told["status"] for told in result["answers"].values()]
        self._hold(set(statuses) == {HTTPStatus.NO_CONTENT}, f"the app answered {_listed(statuses)}")
        row = self._row()
        self._hold("sealedToken" not in row, "the token is gone from the table")
        days = (int(row["expiresAt"]["N"]) - time.time()) / 86400
        self._show(f"what is left of the row is deleted in {days:.0f} days")

    def _create_issue(self) -> str:
        assert self._stack.jira is not None  # noqa: S101 - for the type checker
        tenant = self._stack.jira.tenants.default
        project = tenant.site.projects()[0]
        fields = {"summary": "The printer on the third floor speaks"}
        return tenant.editor.create(project, fields, by=tenant.site.admin).key

    def _note_on(self, key: str) -> dict[str, Any] | None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            _, state = self._request("GET", f"{self._jira_url}/_local/state")
            for issue in state["issues"]:
                if issue["key"] == key and "connect-lambda" in issue["properties"]:
                    note: dict[str, Any] = issue["properties"]["connect-lambda"]
                    return note
            time.sleep(0.1)
        return None


def _listed(statuses: list[int]) -> str:
    return ", ".join(map(str, statuses))
