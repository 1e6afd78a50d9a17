"""A small soak: everything fails that does not take minutes, and nothing is lost."""

import json
import subprocess
import sys

import pytest

from connect_tools.project import PROJECT

QUICK = "429,503,drop,rotate,kms,dynamodb,sqs,twice,shuffle"
pytestmark = pytest.mark.slow


def soak(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.soak", *arguments, "--json"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        cwd=PROJECT,
    )


@pytest.mark.timeout(300)
def test_nothing_is_lost_while_everything_fails() -> None:
    printed = soak("--webhooks", "60", "--tenants", "3", "--faults", QUICK, "--seed", "4", "--limit", "240")
    said = json.loads(printed.stdout)
    assert (said["held"], printed.returncode) == (True, 0), printed.stdout
    assert said["effects"]["done"] == said["webhooks"] == 60
    assert said["answers"]["204"] == said["deliveries"] == 120
    assert set(said["faults"]) == set(QUICK.split(","))
    assert all(said["faults"].values()), "a fault has not struck"
    assert "503" in said["answers"], "no failing service was met"


def test_what_is_not_worked_off_in_time_is_told_as_not_held() -> None:
    printed = soak("--webhooks", "30", "--tenants", "2", "--faults", "none", "--limit", "1")
    said = json.loads(printed.stdout)
    assert (said["held"], printed.returncode) == (False, 1)
    assert said["effects"]["lost"] > 0


def test_what_is_measured_is_one_thing_at_a_time() -> None:
    printed = soak("--noisy", "--hanging")
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (2, "", 1)


def test_a_fault_that_there_is_not_is_one_line() -> None:
    printed = soak("--faults", "429,hail")
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (1, "", 1)
    assert "hail" in printed.stderr
