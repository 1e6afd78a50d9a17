"""The main job with boto3 in every function: what tests/contract holds of it, as a whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connect_local.laptop.stack import StackOptions

CONNECT = str(Path(sys.executable).parent / "connect")


@pytest.mark.parametrize("which", [[], ["--forge"]], ids=["Connect", "Forge"])
def test_the_main_job_holds_with_boto3(which: list[str]) -> None:
    told = subprocess.run(
        [CONNECT, "demo", *which],
        env={**os.environ, "AWS_SDK": "boto3"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_laptops_functions_take_the_client_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert StackOptions(aws_sdk="direct").aws_sdk == "direct"
    monkeypatch.setenv("AWS_SDK", "boto3")
    assert StackOptions().aws_sdk == "boto3"
