"""Functions that write down that they were called. Each is slow once, so that its process can be killed."""

import os
import time
from pathlib import Path

from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.data.entries import JsonValue
from connect_jira.errors import SiteUninstalled

SEEN = Path(os.environ["SEEN"])
SLOW_SECONDS = 30

reactions = Reactions()


def note(line: str) -> None:
    with SEEN.open("a") as file:
        file.write(line + "\n")


def slow_once(name: str) -> None:
    """Be slow the first time, in whichever process."""
    mark = SEEN.with_name(f"slow-{name}")
    if not mark.exists():
        mark.touch()
        note(f"{name} is slow")
        time.sleep(SLOW_SECONDS)


@reactions.installed
def set_up(site: Site) -> None:
    slow_once("installed")
    site.data.put("set-up", "done")
    note(f"installed {site.jira.get('/rest/api/3/myself').status}")


@reactions.upgraded
def again(site: Site) -> None:
    note(f"upgraded {site.key}")


@reactions.leaving
def say_goodbye(site: Site) -> None:
    note(f"leaving {site.jira.get('/rest/api/3/myself').status}")


@reactions.uninstalled
def clear_away(site: Site) -> None:
    slow_once("uninstalled")
    entry = site.data.get("set-up")
    site.data.delete("set-up")
    try:
        site.jira.get("/rest/api/3/myself")
    except SiteUninstalled:
        note(f"uninstalled with {entry.value if entry else None}")


@reactions.every("day", at="03:00")
def count(site: Site, cursor: JsonValue) -> JsonValue:
    assert cursor is None or isinstance(cursor, int)
    step = cursor or 0
    if step == 1:
        slow_once("job")
    note(f"step {step} of {site.jira.get('/rest/api/3/myself').status}")
    return step + 1 if step < 2 else None


@reactions.every("week")
def stuck(_site: Site, _cursor: JsonValue) -> JsonValue:
    return "here"
