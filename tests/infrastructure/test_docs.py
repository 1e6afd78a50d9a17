"""Everything that docs/ names exists, and its figures are those of the code."""

import re
from collections.abc import Iterator
from typing import Any

import click
import pytest

from connect_cli.command import connect
from connect_jira.auth import connect_fallback, install_key_ids, jira_clients, tenants
from connect_jira.aws.service import SENDER_WAITS_SECONDS
from connect_jira.events.app_work import MAX_DEPTH
from connect_jira.installations import activity, sealing
from connect_jira.installations.forge_installation import LEAVING_SECONDS
from connect_jira.installations.installation import PREVIOUS_SECRET_SECONDS, UNINSTALLED_ROW_SECONDS
from connect_jira.installations.system_token import MIN_LIFETIME_SECONDS
from connect_jira.jira import connection_pool, exchange, retries
from connect_jira.worker import backoff, held_events, occurrences, queue, worker
from connect_jira.worker import retry_policy as verdicts
from connect_jira.worker.sqs_record import CARRIED
from connect_tools.project import PROJECT
from connect_tools.template import Template
from tests.soak.hanging import ALLOWED_TIMES
from tests.soak.laptop import VISIBILITY_SECONDS
from tests.soak.noisy import ALLOWED_SECONDS

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "docs").glob("*.md")}
CALLS, FORGE, WORKS = "calls-that-are-not-lost", "connect-to-forge", "how-it-works"
OPERATING, SECURITY = "operating", "security"
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600

NAMES = {
    "reasons": r"[a-z0-9]+(?:-[a-z0-9]+)+",
    "metrics, resources and settings": r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+",
    "lines of the log": r"[A-Z][A-Za-z]+(?: [a-z]+;?)+",
}
MADE_WHEN_IT_HAPPENS = re.compile("jira-[0-9]+|(system|user)-token-unusable")
OF_OTHERS = {
    "IncorrectKeyException",
    "connect-lambda-prod",
    "execute-change-set",
    "frame-ancestors",
    "x-forge-oauth-user",
}


def product() -> str:
    """The code of the deployment and of the command `connect`."""
    files = [PROJECT / "template.yaml"]
    for folder in ("functions", "layers", "tools", "local"):
        files += (PROJECT / folder).rglob("*.py")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


PRODUCT = product()


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("page", ["first-hour", CALLS, FORGE, WORKS, OPERATING, "runbook", SECURITY])
def test_what_a_page_names_is_there(page: str, kind: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    named = {code for code in re.findall(r"`([^`\n]+)`", prose) if re.fullmatch(NAMES[kind], code)}
    missing = {
        code
        for code in named - OF_OTHERS
        if not MADE_WHEN_IT_HAPPENS.fullmatch(code)
        and not re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", PRODUCT)
    }
    assert missing == set()


def commands(text: str) -> Iterator[list[str]]:
    """Return the words that a page has you type after `connect`."""
    code = re.findall(r"^```sh\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    code += re.findall(r"`([^`\n]+)`", text)
    for line in "\n".join(code).replace("\\\n", " ").splitlines():
        typed = re.match(r"\s*(?:\.venv/bin/)?connect ([^#|>]*)", line)
        if typed:
            yield typed[1].split()


@pytest.mark.parametrize("page", PAGES)
def test_commands_on_a_page_are_those_of_the_command_line(page: str) -> None:
    for words in commands(PAGES[page]):
        command: click.Command = connect
        while isinstance(command, click.Group) and words:
            name = words.pop(0)
            found = command.get_command(click.Context(command), name)
            assert found, f"connect has no {name}"
            command = found
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


def rows(page: str, heading: str) -> str:
    """The first cells of the table under a heading."""
    _, _, section = PAGES[page].partition(f"\n## {heading}\n")
    return "\n".join(line.split("|")[1] for line in section.partition("\n## ")[0].splitlines() if "|" in line)


def test_every_parameter_is_in_its_table() -> None:
    text = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    parameters = set(re.findall(r"^  (\w+):$", text.partition("\nConditions:")[0], re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows(OPERATING, "Stages"))) == parameters


@pytest.mark.parametrize("name", sorted(CARRIED))
def test_what_a_message_carries_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGES[CALLS]


def of(resource: str, *names: str) -> Any:
    _, found = Template({}).resource(resource)
    for name in names:
        found = found[name]
    return found


LIFECYCLE = of("LargeMessages", "LifecycleConfiguration", "Rules")[0]
TRIED_AGAIN = of("CallRequestsFunction", "EventInvokeConfig", "MaximumRetryAttempts")
FIGURES: list[tuple[str, str, object, object]] = [
    (CALLS, "up to three times, each signed afresh", retries.MAX_ATTEMPTS - 1, 3),
    (CALLS, "429 with a wait of up to two seconds", retries.LONGEST_WAIT_SECONDS, 2),
    (CALLS, "Jira is slower than ten seconds", exchange.READ_TIMEOUT_SECONDS, 10),
    (CALLS, "up to every 15 minutes, until one is answered", backoff.LONGEST_PAUSE_SECONDS, 15 * MINUTE),
    (CALLS, "another message finds out after half a minute", backoff.FINDING_OUT_SECONDS, MINUTE / 2),
    (CALLS, "or within half a minute of that", worker.LONGEST_AFTER_TROUBLE_SECONDS, MINUTE / 2),
    (CALLS, "has waited for its answer for two seconds", connection_pool.SLOW_SECONDS, 2),
    (CALLS, "connection was idle for 50 seconds", connection_pool.LONGEST_IDLE_SECONDS, 50),
    (CALLS, "their effect in less than 2 times as long", ALLOWED_TIMES, 2),
    (CALLS, "the app was installed less than 15 minutes ago", jira_clients.YOUNG_SECONDS, 15 * MINUTE),
    (CALLS, "for an hour this call is made so at once", connect_fallback.REMEMBERED_SECONDS, HOUR),
    (CALLS, "as long as that lasts, up to four days", worker.LONGEST_HELD_SECONDS, 4 * DAY),
    (CALLS, "A message that is a day old goes to the dead-letter queue", verdicts.GIVE_UP_SECONDS, DAY),
    (CALLS, "the message, for four days: none is to blame", verdicts.REFUSED_BY_AWS_SECONDS, 4 * DAY),
    (CALLS, "for more than ten generations", MAX_DEPTH, 10),
    (CALLS, "the message, tried five times", verdicts.MAX_TRIES, 5),
    (CALLS, "a message under which that happens three times", worker.MAX_CUT_OFF, 3),
    (CALLS, "after the queue's three minutes", of("JiraCalls", "VisibilityTimeout"), 3 * MINUTE),
    (CALLS, "the bucket `LargeMessages` for 30 days", LIFECYCLE["ExpirationInDays"], 30),
    (CALLS, "twice more by Lambda", TRIED_AGAIN, 2),
    (CALLS, "keeps a message for 14 days", of("FailedJiraCalls", "MessageRetentionPeriod"), 14 * DAY),
    (CALLS, "is to be back within a minute", queue.LONGEST_HIDDEN_SECONDS, MINUTE),
    (CALLS, "SQS delays for at most 15 minutes", queue.LONGEST_DELAY_SECONDS, 15 * MINUTE),
    (CALLS, "the queue's retention of four days", of("JiraCalls", "MessageRetentionPeriod"), 4 * DAY),
    (CALLS, "the longest wait of twelve hours", verdicts.MAX_DELAY_SECONDS, 12 * HOUR),
    (CALLS, "is remembered for seven days", occurrences.REMEMBERED_SECONDS, 7 * DAY),
    (CALLS, "after 40 seconds instead of 180", VISIBILITY_SECONDS, 40),
    (CALLS, "at most 5 seconds later than without it", ALLOWED_SECONDS, 5),
    (OPERATING, "Workers know within five minutes", tenants.REMEMBERED_SECONDS, 5 * MINUTE),
    (OPERATING, "After four days it goes to `FailedJiraCalls`", worker.LONGEST_HELD_SECONDS, 4 * DAY),
    (OPERATING, "when a message has been tried for a day", verdicts.GIVE_UP_SECONDS, DAY),
    (OPERATING, "tried for a day and at least three times", verdicts.MIN_REFUSALS, 3),
    (SECURITY, "20 at once and one a second", (install_key_ids.AT_ONCE, install_key_ids.PER_SECOND), (20, 1)),
    (SECURITY, "wait half a second for it at most", install_key_ids.LONGEST_WAIT_SECONDS, 0.5),
    (SECURITY, "one read in two seconds", tenants.UNKNOWN_SECONDS, 2),
    (
        SECURITY,
        "for up to five minutes after it has uninstalled",
        tenants.REMEMBERED_SECONDS,
        5 * MINUTE,
    ),
    (SECURITY, "what KMS has opened for up to an hour", sealing.OPENED_SECONDS, HOUR),
    (WORKS, "already signed for another 15 minutes", PREVIOUS_SECRET_SECONDS, 15 * MINUTE),
    (WORKS, "waits for AWS takes four seconds at most", SENDER_WAITS_SECONDS, 4),
    (WORKS, "most once in ten seconds for each", activity.SAME_AGAIN_SECONDS, 10),
    (WORKS, "once a second if the outcome changes", activity.CHANGED_SECONDS, 1),
    (WORKS, "no content, for a month", activity.KEPT_SECONDS, 30 * DAY),
    (OPERATING, "deleted by DynamoDB after 30 days", UNINSTALLED_ROW_SECONDS, 30 * DAY),
    (OPERATING, "handed over 100 times", of("JiraCalls", "RedrivePolicy", "maxReceiveCount"), 100),
    (OPERATING, "failed on it three times", TRIED_AGAIN + 1, 3),
    (FORGE, "at most two seconds apart", occurrences.APART_MS, 2000),
    (FORGE, "at most ten minutes apart", occurrences.SENDING_MS, 10 * MINUTE * 1000),
    (FORGE, "when two hours have gone by without a call", LEAVING_SECONDS, 2 * HOUR),
    (FORGE, "without one it is two hours", MIN_LIFETIME_SECONDS, 2 * HOUR),
    (FORGE, "five of their events", held_events.HOPELESS_AT_ONCE, 5),
    (FORGE, "and one more an hour", held_events.HOPELESS_PER_SECOND * HOUR, 1),
]


@pytest.mark.parametrize(("page", "words", "figure", "said"), FIGURES, ids=lambda value: str(value)[:50])
def test_a_figure_on_a_page_is_the_codes(page: str, words: str, figure: object, said: object) -> None:
    assert words in " ".join(PAGES[page].split())
    assert figure == said
