"""The `connect` command as somebody at a terminal meets it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import jwt
import pytest
import urllib3

from connect_local.laptop.ports import free_port
from connect_tools.project import PROJECT

CONNECT = str(Path(sys.executable).parent / "connect")
SECRET = "a-secret-of-at-least-thirty-two-bytes"


def connect(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONNECT, *arguments], input=stdin, capture_output=True, text=True, timeout=100, check=False
    )


@contextmanager
def up(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    port, jira_port = free_port(), free_port()
    process = subprocess.Popen(
        [CONNECT, "up", "--port", str(port), "--jira-port", str(jira_port), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{jira_port}"
    finally:
        process.kill()
        process.communicate()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if urllib3.request("GET", url, retries=False, timeout=2).status == HTTPStatus.OK:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    pytest.fail(f"nothing at {url}")


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="utf-8").split()]


def all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}/cmdline").exists() and is_running(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_up_takes_forges_calls_by_the_key_set_that_it_is_pointed_to(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yml"
    written = connect("forge", "manifest", "--base-url", "https://app.example.com", "--output", str(file))
    assert written.returncode == 0, written.stderr

    def install(*arguments: str) -> list[int]:
        with up(*arguments) as (_, app, jira):
            wait_for(f"{app}/atlassian-connect.json")
            command = {"manifest": str(file), "baseUrl": app.replace("127.0.0.1", "localhost")}
            answer = urllib3.request("POST", f"{jira}/_local/forge/install", json=command, timeout=30).json()
            return [told["status"] for told in answer["answers"].values()]

    assert install() == [HTTPStatus.NO_CONTENT] * 2
    nobody = f"http://127.0.0.1:{free_port()}/jwks.json"
    assert install("--forge-jwks-url", nobody) == [HTTPStatus.NO_CONTENT, HTTPStatus.SERVICE_UNAVAILABLE]


def test_the_demo_of_forge_holds_every_step() -> None:
    demo = connect("demo", "--forge")
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Every step held." in demo.stdout
    assert "eyJ" not in demo.stdout, "a token was printed"


def test_demo_holds_every_step() -> None:
    demo = connect("demo")
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "Every step held." in demo.stdout
    assert "✗" not in demo.stdout
    assert "/rest/api/3/project/recent" in demo.stdout
    assert "eyJ" not in demo.stdout, "a token was printed"


def test_qsh_prints_canonical_request_and_hash() -> None:
    printed = connect("qsh", "get", "https://site.atlassian.net/rest/api/3/project/recent")
    assert printed.stdout.splitlines() == [
        "GET&/rest/api/3/project/recent&",
        "4953376a4a620a337fab595409def4f695270777a9536fded98a4790b1ad3832",
    ]


def test_qsh_prints_one_json_object_and_leaves_the_base_urls_path_out() -> None:
    site = "https://x.atlassian.net/wiki"
    printed = connect("qsh", "GET", f"{site}/a?c=3&b=1", "--base-url", site, "--json")
    assert json.loads(printed.stdout)["canonical"] == "GET&/a&b=1&c=3"


@pytest.mark.parametrize("given", [SECRET, "-"])
def test_sign_prints_a_token_and_nothing_else(given: str) -> None:
    url = "https://site.atlassian.net/rest/api/3/myself"
    printed = connect("sign", "GET", url, "--app-key", "my.app", "--secret", given, stdin=f"{SECRET}\n")
    claims = jwt.decode(printed.stdout.strip(), SECRET, algorithms=["HS256"])
    assert claims["iss"] == "my.app"
    assert claims["exp"] - claims["iat"] == 180
    assert printed.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], 2),
        (["qsh"], 2),
        (["qsh", "GET", "no-url"], 2),
        (["qsh", "GET", "http://["], 2),
        (["qsh", "STEAL", "/x"], 2),
        (["sign", "GET", "/x", "--secret", SECRET], 2),
        (["sign", "GET", "/x", "--app-key", "k", "--secret", "-"], 2),
        (["up", "--port", "70000"], 2),
        (["up", "--engine", "paper"], 2),
        (["sign", "GET", "https://a/", "--app-key", "k", "--secret", SECRET, "--base-url", "https://b"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_is_wrong_is_said_in_one_line(arguments: list[str], code: int) -> None:
    printed = connect(*arguments)
    assert printed.returncode == code
    assert printed.stdout == ""
    assert len(printed.stderr.splitlines()) == 1
    assert SECRET not in printed.stderr


@pytest.mark.parametrize("option", ["--port", "--jira-port"])
def test_a_port_in_use_is_a_clear_error_and_leaves_nothing_running(option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        other = ["--port", "0"] if option == "--jira-port" else ["--jira-port", "0"]
        printed = connect("up", option, port, *other)
    assert printed.returncode == 1
    assert printed.stderr == (
        f"connect: port {port} is in use: stop what uses it, or choose another with {option}\n"
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_soon_and_with_status_0(how: signal.Signals) -> None:
    with up() as (process, app, jira):
        wait_for(f"{app}/atlassian-connect.json")
        wait_for(f"{jira}/_local/requests")
        children = children_of(process.pid)
        assert children
        process.send_signal(how)
        assert process.wait(timeout=10) == 0
        assert all_gone(children)


def test_functions_do_not_outlive_a_stack_that_was_killed() -> None:
    with up() as (process, app, _):
        wait_for(f"{app}/atlassian-connect.json")
        children = children_of(process.pid)
        assert children
        process.kill()
        assert all_gone(children)


def test_everything_listens_on_the_loopback_interface_only() -> None:
    with up() as (process, app, jira):
        wait_for(f"{app}/atlassian-connect.json")
        targets = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
        inodes = {target[8:-1] for target in targets if target.startswith("socket:[")}
        listening = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text(encoding="utf-8").splitlines()[1:]
            if line.split()[3] == "0A" and line.split()[9] in inodes
        ]
        ports = {int(entry[1].rpartition(":")[2], 16) for entry in listening}
        assert {int(app.rpartition(":")[2]), int(jira.rpartition(":")[2])} <= ports
        assert {entry[1].rpartition(":")[0] for entry in listening} == {"0100007F"}


def test_without_the_laptops_jira_nothing_is_on_its_port() -> None:
    key_hosts = ("--install-keys-url", "http://127.0.0.1:9", "--install-keys-url", "http://127.0.0.1:10")
    with up("--no-jira", *key_hosts) as (_, app, jira):
        wait_for(f"{app}/atlassian-connect.json")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(jira.rpartition(":")[2]))) != 0


def test_real_credentials_in_the_environment_are_not_used() -> None:
    environment = {**os.environ, "AWS_PROFILE": "production", "AWS_ACCESS_KEY_ID": "AKIAREAL"}
    demo = subprocess.run(
        [CONNECT, "demo"], env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr


def test_the_command_is_where_every_make_target_puts_it() -> None:
    assert Path(CONNECT) == PROJECT / ".venv" / "bin" / "connect"
