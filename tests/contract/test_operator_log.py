"""Each action of an operator is written down before it is done and after it, or it is not done."""

from dataclasses import replace
from typing import Any

import pytest

from connect_cli.errors import CommandError
from connect_jira.errors import TemporarilyUnavailable
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.operator_log import entries, recorded
from connect_tools.target_stack import Stack


@pytest.fixture
def stack(cloud: LaptopCloud, stack: Stack, request: pytest.FixtureRequest) -> Stack:
    """One with a log of its own for each test."""
    group = f"log-of-{request.node.name}".translate(str.maketrans("[] ", "___"))
    cloud.client("logs").create_log_group(logGroupName=group)
    return replace(stack, resources={**stack.resources, "OperatorLog": group})


def written(stack: Stack) -> list[dict[str, Any]]:
    return [dict(entry) for entry in entries(stack, hours=1)]


def test_an_action_has_an_entry_before_it_and_one_after_it(stack: Stack) -> None:
    with recorded(stack, "tenants pause", site="site-1", about="by hand") as entry:
        (begun,) = written(stack)
        entry.outcome = "paused"
    _, ended = written(stack)
    who = stack.client("sts").get_caller_identity()["Arn"]
    same = {"who": who, "stack": "the stack", "action": "tenants pause", "site": "site-1", "about": "by hand"}
    for found, phase in ((begun, "begun"), (ended, "ended")):
        assert found.items() >= {**same, "phase": phase, "id": begun["id"]}.items()
        assert found["at"].endswith("+00:00")
    assert ("outcome" in begun, ended["outcome"]) == (False, "paused")


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (CommandError("AWS: no"), "failed: AWS: no"),
        (TemporarilyUnavailable("s3:GetObject failed"), "failed: temporarily-unavailable"),
        (KeyError("the secret of site-1"), "failed: KeyError"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_an_action_that_fails_is_told_as_one(stack: Stack, failure: BaseException, outcome: str) -> None:
    with pytest.raises(type(failure)), recorded(stack, "tenants export"):
        raise failure
    assert [entry.get("outcome") for entry in written(stack)] == [None, outcome]


def test_what_cannot_be_recorded_is_not_done(stack: Stack) -> None:
    without = {name: value for name, value in stack.resources.items() if name != "OperatorLog"}
    gone = {**without, "OperatorLog": "no-such-group"}
    done = []
    for resources, why in ((without, "deploy this version of template.yaml first"), (gone, "does not exist")):
        with (
            pytest.raises(CommandError, match=f"^nothing is done, since .*{why}"),
            recorded(replace(stack, resources=resources), "tenants purge"),
        ):
            done.append(resources)
    assert not done


def test_an_action_whose_end_cannot_be_recorded_says_that_it_is_done(stack: Stack) -> None:
    def pause() -> None:
        with recorded(stack, "tenants pause") as entry:
            entry.outcome = "paused"
            stack.client("logs").delete_log_group(logGroupName=stack.resource("OperatorLog"))

    with pytest.raises(CommandError, match=r"^it is done \(paused\), but the log"):
        pause()
