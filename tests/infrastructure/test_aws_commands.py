"""Each `aws` that the pages have you type is there with its options, as AWS's own models have them."""

import re
from collections.abc import Iterator

import boto3
import pytest
from botocore import xform_name

from connect_tools.project import PROJECT

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((PROJECT / "docs").glob("*.md"))}
OF_THE_CLI = {
    ("cloudformation", "deploy"): {
        "template-file",
        "stack-name",
        "capabilities",
        "parameter-overrides",
        "tags",
    },
    ("logs", "tail"): {"follow", "since", "format"},
    ("s3", "ls"): set[str](),
}
"""Commands that the AWS CLI adds to the operations, with their options.
https://docs.aws.amazon.com/cli/latest/reference/"""
RENAMED = {"deploy": "codedeploy", "notification-endpoint": "endpoint"}
ADDED = {"query", "output", "cli-binary-format", "profile", "region", "no-paginate"}
"""Names by which the AWS CLI differs from the models, and its own options, which every command has."""


def typed(text: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield service, command and options of each `aws` that is typed, one in another's `$(…)` for itself."""
    code = re.findall(r"^ *```sh\n(.*?)^ *```$", text, flags=re.DOTALL | re.MULTILINE)
    code += re.findall(r"`(aws [^`]+)`", text)
    for block in code:
        for line in block.replace("\\\n", " ").splitlines():
            yield from _typed_in(line.partition(" # ")[0])


def _typed_in(line: str) -> Iterator[tuple[str, str, set[str]]]:
    open_ones: list[tuple[str, str, set[str]]] = []
    words = line.split()
    for at, word in enumerate(words):
        if re.fullmatch(r'(?:.*\$\()?"?aws', word) and at + 2 < len(words):
            service, command = words[at + 1], words[at + 2].rstrip(')"')
            open_ones.append((service, f"wait {words[at + 3]}" if command == "wait" else command, set()))
        elif open_ones and (option := re.match(r"--([a-z][a-z-]*)", word)):
            open_ones[-1][2].add(option[1])
        if open_ones and re.search(r'[^(\]}]\)"*\)*$', word) and "[" not in word:
            yield open_ones.pop()
    yield from open_ones


COMMANDS = [
    pytest.param(*command, id=f"{page}: aws {command[0]} {command[1]}")
    for page, text in PAGES.items()
    for command in typed(text)
]


def test_there_are_commands_of_services_that_the_stack_uses() -> None:
    services = {service for text in PAGES.values() for service, _, _ in typed(text)}
    assert {"cloudformation", "dynamodb", "kms", "lambda", "sqs"} <= services


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("aws kms list-keys", [("kms", "list-keys", set())]),
        ("x=$(aws sns create-topic --name n --output text)", [("sns", "create-topic", {"name", "output"})]),
        (
            'aws lambda get-policy --function-name "$(aws kms list-keys --limit 1)" --qualifier live',
            [("kms", "list-keys", {"limit"}), ("lambda", "get-policy", {"function-name", "qualifier"})],
        ),
    ],
)
def test_commands_are_found_each_with_its_own_options(line: str, found: list[object]) -> None:
    assert list(_typed_in(line)) == found


@pytest.mark.parametrize(("service", "command", "options"), COMMANDS)
def test_a_command_of_aws_is_there_with_its_options(service: str, command: str, options: set[str]) -> None:
    if (service, command) in OF_THE_CLI:
        assert options - ADDED <= OF_THE_CLI[service, command]
        return
    client = boto3.client(RENAMED.get(service, service), region_name="eu-west-1")  # type: ignore[call-overload]  # of any service
    if command.startswith("wait "):
        assert command.removeprefix("wait ").replace("-", "_") in client.waiter_names
        return
    operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    assert command in operations
    shape = client.meta.service_model.operation_model(operations[command]).input_shape
    members = {xform_name(name, "-") for name in shape.members} if shape else set()
    switches = {f"no-{name}" for name in members}
    assert {RENAMED.get(option, option) for option in options} - ADDED - switches <= members
