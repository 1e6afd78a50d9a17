"""An update from the version before, and the way back: what one has kept and queued is good for the other."""

import os
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from connect_local.jira.tenant import Tenant
from tests.e2e.watching import EVENT, NOTE, eventually
from tests.rehearsal.conftest import Narrator
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.held_queue import held_queue
from tests.rehearsal.rehearsed_stack import RehearsedStack
from tests.rehearsal.release import Release
from tests.rehearsal.versions import NoVersionBefore, export, version_before

SECONDS = 60
KEPT = (
    "Api",
    "Installations",
    "SiteData",
    "SecretsKey",
    "LargeMessages",
    "JiraCalls",
    "FailedJiraCalls",
    "Bus",
)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, narrator: Narrator) -> Release:
    try:
        version = version_before()
    except NoVersionBefore as unknown:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(unknown))
    with narrator.step(f"sam build, the version before ({version})"):
        sources = export(version, tmp_path_factory.mktemp("before"))
        return Release.built(sources, tmp_path_factory.mktemp("release-before"))


@pytest.fixture(scope="module")
def stack(ministack: MiniStack, before: Release, narrator: Narrator) -> Iterator[RehearsedStack]:
    """The stage prod, as the version before."""
    with RehearsedStack(ministack, "prod") as stack:
        with narrator.step("sam deploy, the stage prod, the version before"):
            stack.deploy(before)
        yield stack


class Sites:
    """Sites that tell the app of an issue now and then."""

    def __init__(self, stack: RehearsedStack) -> None:
        self._stack = stack
        self.tenants: list[Tenant] = []
        self._issues: list[tuple[Tenant, str]] = []

    def install(self, name: str) -> None:
        tenant = self._stack.jira.tenants.ensure(name)
        self._stack.install(tenant)
        self.tenants.append(tenant)

    def tell(self) -> None:
        """Each tells of an issue, and the app takes it."""
        for tenant in self.tenants:
            key = f"DEMO-{1000 + len(self._issues)}"
            self._issues.append((tenant, key))
            body = {"timestamp": 1_700_000_000_000, "issue": {"key": key, "fields": {}}}
            (first, *_) = tenant.webhooks.send(EVENT, body, key).settled[0].result(timeout=SECONDS)
            assert first.status == HTTPStatus.NO_CONTENT, key

    def have_their_notes(self) -> None:
        """Every issue that was told of has the app's note, left there once."""
        assert eventually(lambda: all(map(_note, self._issues)), seconds=SECONDS)
        for _, key in self._issues:
            written = [
                call.status
                for call in self._stack.jira.journal.requests()
                if call.method == "PUT" and f"/issue/{key}/" in call.path
            ]
            assert written in ([HTTPStatus.CREATED], [HTTPStatus.OK]), key


def _note(told: tuple[Tenant, str]) -> Any:
    tenant, key = told
    issue = tenant.site.issue(key)
    return issue and issue.properties.get(NOTE)


@pytest.fixture(scope="module")
def sites(stack: RehearsedStack) -> Sites:
    return Sites(stack)


def test_sites_install_the_version_before(sites: Sites) -> None:
    sites.install("acme")
    sites.install("globex")
    sites.tell()
    sites.have_their_notes()


def test_after_an_update_they_go_on_and_what_was_queued_is_worked_off(
    stack: RehearsedStack, sites: Sites, release: Release, narrator: Narrator
) -> None:
    with held_queue(stack):
        sites.tell()
        with narrator.step("sam deploy, the stage prod, the update"):
            replaced(stack, release, RecordShapes="true")
    assert [name for name in stack.cloud.resources() if name.endswith("DeploymentGroup")]
    sites.have_their_notes()
    sites.install("initech")
    sites.tell()
    sites.have_their_notes()


def test_after_a_rollback_they_go_on_and_what_the_new_version_queued_is_worked_off(
    stack: RehearsedStack, sites: Sites, before: Release, narrator: Narrator
) -> None:
    with held_queue(stack):
        sites.tell()
        with narrator.step("sam deploy, the stage prod, the version before again"):
            replaced(stack, before, RecordShapes="false")
    sites.have_their_notes()
    sites.tell()
    sites.have_their_notes()


def replaced(stack: RehearsedStack, release: Release, **parameters: str) -> None:
    """Deploy another release: every function has a new version, and what holds something stays.

    Args:
        stack: as it is
        release: in the place of what is there
        parameters: at least one that functions see has another value, since their code may be the same
    """
    had, versions = stack.cloud.resources(), stack.versions()
    stack.deploy(release, **parameters)
    has = stack.cloud.resources()
    assert {name: has[name] for name in KEPT} == {name: had[name] for name in KEPT}
    now = stack.versions()
    assert [name for name in versions if now.get(name) == versions[name]] == []
