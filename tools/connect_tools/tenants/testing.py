"""`connect tenants test`: sites are called as the app calls them; who does not take its calls is told.

IAM: that of `connect_tools.tenants.sites`, `connect_tools.tenants.trial` and
`connect_tools.operator_log`; with `--pause` that of `connect_tools.tenants.pausing`.
"""

import json
import time
from collections.abc import Iterator, Mapping

import click

from connect_doctor.redaction import visible
from connect_jwt.identity import ClientKey
from connect_tools.operator_log import recorded
from connect_tools.pace import Pace
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite, SiteState
from connect_tools.tenants.pausing import pause_refused, resume_taken
from connect_tools.tenants.sites import Sites
from connect_tools.tenants.trial import Trial, try_site

_TOLD_SECONDS = 5.0
_CALLED = {SiteState.ENABLED, SiteState.PAUSED, SiteState.LEAVING}


def try_one(stack: Stack, typed: str, *, pause: bool, as_json: bool) -> bool:
    """Call one site, and say what comes of it; return whether it takes the app's calls.

    Args:
        stack: with the site
        typed: name of the site, as for `Sites.find`
        pause: True to pause it if Jira refuses its secret, and to resume it if Jira takes it again
        as_json: for the output

    Raises:
        CommandError: there is no such site, or AWS refuses
    """
    site = Sites(stack).find(typed)
    with recorded(stack, "tenants test", site=site.tenant) as entry:
        trial = try_site(stack, site)
        changed = _changed(stack, trial) if pause else None
        entry.outcome = " ".join(filter(None, (trial.code or "works", changed)))
    if as_json:
        click.echo(json.dumps({**trial.to_fields(), "changed": changed}))
        return trial.works
    click.echo("It works: " + visible(trial.said) if trial.works else f"{trial.code}: {visible(trial.said)}")
    if trial.fix:
        click.echo(visible(trial.fix))
    if changed:
        click.echo(f"The site is {changed}.")
    elif trial.is_secret_refused:
        click.echo(f"connect tenants pause {visible(site.tenant)} stops the calls until installed comes.")
    return trial.works


def try_all(stack: Stack, *, per_second: float, pause: bool, as_json: bool) -> bool:
    """Call every site that has the app, one after the other; return whether all take the app's calls.

    What it does can be repeated: interrupted, it has changed nothing. Sites are paused only in the end, and
    only if fewer than half of all refuse: otherwise it is hardly their doing.

    Args:
        stack: with the sites
        per_second: most calls in a second
        pause: as for `try_one`
        as_json: for the output

    Raises:
        CommandError: AWS refuses
    """
    pace, progress, failed, taken = Pace(per_second), _Progress(), [], []
    with recorded(stack, "tenants test", about="all") as entry:
        for site in _called(stack):
            pace.wait()
            trial = try_site(stack, site)
            progress.tell(trial)
            if not trial.works:
                failed.append(trial)
                if not as_json:
                    columns = (site.tenant, site.address, trial.code, trial.said)
                    click.echo("  ".join(visible(column) or "-" for column in columns))
            elif site.connect is not None and site.connect.pause is not None:
                taken.append(trial)
        refused = [trial for trial in failed if trial.is_secret_refused]
        is_theirs = len(refused) * 2 < progress.tested
        changed = (
            {trial.site.tenant: _changed(stack, trial) for trial in [*refused, *taken]}
            if pause and is_theirs
            else {}
        )
        entry.outcome = f"{progress.tested} tested, {len(failed)} failed, {_count(changed, 'paused')} paused"
    if as_json:
        failures = [trial.to_fields() for trial in failed]
        click.echo(json.dumps({"tested": progress.tested, "failed": failures, "changed": changed}))
        return not failed
    click.echo(f"{progress.tested} sites were called; {len(failed)} do not take the app's calls.")
    if pause and not is_theirs and refused:
        click.echo(
            "None is paused: where half of all refuse, look at the app or at status.atlassian.com first."
        )
    for what in ("paused", "resumed"):
        if number := _count(changed, what):
            click.echo(f"{number} of them {what}: connect tenants list --state paused")
    return not failed


def _called(stack: Stack) -> Iterator[KnownSite]:
    now = time.time()
    return (site for page in Sites(stack).pages() for site in page if site.state(now) in _CALLED)


def _changed(stack: Stack, trial: Trial) -> str | None:
    if trial.is_secret_refused:
        return "paused" if pause_refused(stack, trial.site) else None
    return "resumed" if trial.works and resume_taken(stack, trial.site) else None


def _count(changed: Mapping[ClientKey, str | None], what: str) -> int:
    return sum(one == what for one in changed.values())


class _Progress:
    """Says every few seconds how far it has come."""

    def __init__(self) -> None:
        self.tested = 0
        self._failed = 0
        self._told_at = time.monotonic()

    def tell(self, trial: Trial) -> None:
        self.tested += 1
        self._failed += not trial.works
        if time.monotonic() - self._told_at >= _TOLD_SECONDS:
            self._told_at = time.monotonic()
            click.echo(f"{self.tested:,} sites called, {self._failed:,} failed", err=True)
