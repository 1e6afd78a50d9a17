"""Requests of an app about itself: its properties and its licence."""

import json
from typing import Any

import pytest

from connect_jwt.identity import AppKey
from connect_local.jira import LaptopJira
from tests.laptop.fake_app import KEY, FakeApp, SignedCalls
from tests.laptop.verbatim_http import VerbatimHttp

API = "/rest/atlassian-connect/1"
OWN = f"/addons/{KEY}"
PROPERTIES = f"{OWN}/properties"
RESERVED = f"{PROPERTIES}/connect_client_key_019cdff3-8bfb-71fe-9628-875b700aebb8"


@pytest.fixture
def connect(jira_http: VerbatimHttp, installed_app: FakeApp) -> SignedCalls:
    return SignedCalls(installed_app, jira_http, API)


@pytest.mark.parametrize("value", [{"a": [1, "ä"]}, [], "text", 0, False, None])
def test_a_property_is_kept_as_it_is(connect: SignedCalls, value: Any) -> None:
    assert connect("PUT", f"{PROPERTIES}/settings", value).status == 201
    answer = connect("GET", f"{PROPERTIES}/settings")
    assert (answer.status, answer.json()) == (200, {"key": "settings", "value": value})


def test_a_property_that_is_set_again_is_replaced(connect: SignedCalls) -> None:
    created = connect("PUT", f"{PROPERTIES}/settings", {"a": 1})
    updated = connect("PUT", f"{PROPERTIES}/settings", {"b": 2})
    assert (created.status, created.json()["statusCode"]) == (201, 201)
    assert (updated.status, updated.json()["statusCode"]) == (200, 200)
    assert created.json()["message"]
    assert connect("GET", f"{PROPERTIES}/settings").json()["value"] == {"b": 2}


def test_properties_are_listed_by_their_keys(jira: LaptopJira, connect: SignedCalls) -> None:
    assert connect("GET", PROPERTIES).json() == {"keys": []}
    connect("PUT", f"{PROPERTIES}/one", 1)
    connect("PUT", f"{PROPERTIES}/two", 2)
    link = f"{jira.base_url}{API}{PROPERTIES}"
    assert connect("GET", PROPERTIES).json() == {
        "keys": [{"self": f"{link}/one", "key": "one"}, {"self": f"{link}/two", "key": "two"}]
    }


def test_a_property_that_is_deleted_is_gone(connect: SignedCalls) -> None:
    connect("PUT", f"{PROPERTIES}/settings", None)
    answer = connect("DELETE", f"{PROPERTIES}/settings")
    assert (answer.status, answer.text) == (204, "")
    for method in ("GET", "DELETE"):
        answer = connect(method, f"{PROPERTIES}/settings")
        assert (answer.status, answer.json()["statusCode"]) == (404, 404)


@pytest.mark.parametrize(
    ("method", "below"),
    [
        ("GET", ""),
        ("GET", "/properties"),
        ("GET", "/properties/p"),
        ("PUT", "/properties/p"),
        ("DELETE", "/properties/p"),
    ],
)
def test_another_apps_are_not_there_whether_it_is_installed_or_not(
    jira: LaptopJira, jira_http: VerbatimHttp, connect: SignedCalls, method: str, below: str
) -> None:
    value = [1] if method == "PUT" else []
    with FakeApp() as other:
        other.descriptor["key"] = "com.example.other"
        assert connect(method, f"/addons/com.example.other{below}", *value).status == 404
        jira.lifecycle.install(other.descriptor_url)
        jira.site.set_app_property(other.descriptor["key"], "p", "of the other app")
        answer = connect(method, f"/addons/com.example.other{below}", *value)
    assert (answer.status, answer.json()["statusCode"]) == (404, 404)
    (kept,) = [jira.site.app_properties(app.descriptor.key) for app in jira.site.apps()[1:]]
    assert kept == {"p": "of the other app"}
    assert jira_http.send(method, f"{API}/addons/com.example.other{below}").status == 401


def test_each_site_keeps_its_own(jira: LaptopJira, connect: SignedCalls) -> None:
    connect("PUT", f"{PROPERTIES}/settings", 1)
    assert jira.tenants.ensure("acme").site.app_properties(AppKey(KEY)) == {}


def test_keys_and_values_are_limited(connect: SignedCalls) -> None:
    fits = "v" * (32768 - len('""'))
    assert connect("PUT", f"{PROPERTIES}/{'k' * 127}", fits).status == 201
    for method, path, *value in (
        ("PUT", "k" * 128, 1),
        ("GET", "k" * 128),
        ("DELETE", "k" * 128),
        ("PUT", "k", f"{fits}v"),
    ):
        answer = connect(str(method), f"{PROPERTIES}/{path}", *value)
        assert (answer.status, answer.json()["statusCode"]) == (400, 400)


@pytest.mark.parametrize("body", ["", "{", "'a'", "NaN"])
def test_a_value_must_be_json(jira_http: VerbatimHttp, installed_app: FakeApp, body: str) -> None:
    target = f"{API}{PROPERTIES}/p"
    headers = installed_app.sign("PUT", target) | {"Content-Type": "application/json"}
    answer = jira_http.send("PUT", target, headers=headers, body=body)
    assert (answer.status, answer.json()["statusCode"]) == (400, 400)


def test_there_may_be_a_hundred(jira: LaptopJira, connect: SignedCalls) -> None:
    for number in range(100):
        jira.site.set_app_property(connect.app.descriptor["key"], str(number), number)
    assert connect("PUT", f"{PROPERTIES}/more", 1).status == 409
    assert connect("PUT", f"{PROPERTIES}/99", 1).status == 200


def test_the_client_key_is_a_property_that_nobody_can_set(connect: SignedCalls) -> None:
    assert connect("GET", RESERVED).json()["value"] == connect.app.installed["clientKey"]
    assert connect("PUT", RESERVED, "mine").status == 400
    assert connect("DELETE", RESERVED).status == 400
    assert connect("GET", PROPERTIES).json() == {"keys": []}


@pytest.mark.parametrize(("method", "scope"), [("GET", "NONE"), ("PUT", "READ"), ("DELETE", "WRITE")])
def test_properties_need_their_scope(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp, method: str, scope: str
) -> None:
    fake_app.descriptor |= {"scopes": [scope], "modules": {}}
    jira.lifecycle.install(fake_app.descriptor_url)
    assert SignedCalls(fake_app, jira_http, API)(method, f"{PROPERTIES}/p").status == 403


def test_a_free_app_has_no_licence(jira: LaptopJira, connect: SignedCalls) -> None:
    answer = connect("GET", OWN)
    assert answer.status == 200
    app = answer.json()
    assert (app["key"], app["state"], app["host"]["product"]) == (KEY, "ENABLED", "Jira")
    assert app["host"]["contacts"][0].keys() == {"name", "email"}
    assert app["links"]["self"] == [{"href": f"{jira.base_url}{API}{OWN}"}]
    assert "license" not in app


def test_an_app_that_is_paid_for_is_told_its_licence(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp
) -> None:
    fake_app.descriptor |= {"enableLicensing": True, "version": "2.1"}
    jira.lifecycle.install(fake_app.descriptor_url)
    app = SignedCalls(fake_app, jira_http, API)("GET", OWN).json()
    assert (app["version"], app["license"]["active"], app["license"]["evaluation"]) == ("2.1", True, False)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", PROPERTIES, 405), ("GET", "/addons", 404), ("GET", f"{OWN}/", 404)],
)
def test_errors_are_messages_with_their_status(
    connect: SignedCalls, method: str, path: str, status: int
) -> None:
    answer = connect(method, path)
    assert (answer.status, json.loads(answer.text)["statusCode"]) == (status, status)
