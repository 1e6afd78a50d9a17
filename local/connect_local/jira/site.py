"""One Jira Cloud site: its people, projects and issues, and the apps that are installed on it."""

import uuid
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from connect_jwt.identity import AppKey, ClientKey
from connect_local.jira.entities import Installation, Issue, Json, Project, User

ADMIN = User(account_id="5b10ac8d82e05b22cc7d4ef5", display_name="Ada Admin", is_admin=True)
MEMBER = User(account_id="5b10a2844c20165700ede21g", display_name="Mia Member")
FORMER = User(account_id="5b109f2e9729b51b54dc274d", display_name="Finn Former", active=False)
"""The people of the default site. Every other site has its own, with the same names and other account ids."""

_PROJECTS = (
    Project(id="10000", key="DEMO", name="Demonstration"),
    Project(id="10001", key="OPS", name="Operations", restricted=True),
    Project(id="10002", key="WEB", name="Website"),
)
_FIRST_ID = 10100
_NOT_KEPT = {"name", "base_url", "context_path", "cloud_id", "_clock", "_lock", "_ids", "_apps"}


class Site:
    """A site's state. Every method is one short step under one lock; none of them waits for a network.

    Attributes:
        name: unique among the sites of this Jira; empty for the default one
        base_url: as it is told to apps
        context_path: the path of the base URL
        cloud_id: of Atlassian's platform
        admin: installs apps, and is the default actor

    Args:
        name: as above
        base_url: as above
        clock: the time, in Unix seconds
    """

    def __init__(self, *, name: str, base_url: str, clock: Callable[[], float]) -> None:
        self.name = name
        self.base_url = base_url
        self.context_path = urlsplit(base_url).path
        self.cloud_id = str(uuid.uuid5(uuid.NAMESPACE_URL, base_url))
        self._clock = clock
        self._lock = Lock()
        self._ids = count(_FIRST_ID)
        people = [self._of_this_site(user) for user in (ADMIN, MEMBER, FORMER)]
        self.admin = people[0]
        self._people = {user.account_id: user for user in people}
        self._projects = {project.key: project for project in _PROJECTS}
        self._issues: dict[str, Issue] = {}
        self._apps: dict[AppKey, Installation] = {}
        self._app_properties: dict[AppKey, dict[str, Json]] = {}

    def now(self) -> datetime:
        """The time on this site."""
        return datetime.fromtimestamp(self._clock(), UTC)

    # --- all of it

    def kept(self) -> dict[str, Any]:
        """Return all that is on the site, except its apps; values, which later changes leave as they are."""
        with self._lock:
            number = next(self._ids)
            self._ids = count(number)
            content = {name: copy(value) for name, value in vars(self).items() if name not in _NOT_KEPT}
            return {**content, "next id": number}

    def bring_back(self, content: dict[str, Any]) -> None:
        """Put what `kept` has returned in place of what is there."""
        with self._lock:
            self._ids = count(content["next id"])
            vars(self).update({name: value for name, value in content.items() if name != "next id"})

    # --- apps

    def client_key(self, app_key: AppKey) -> ClientKey:
        """This site's identity for an app: the same for ever, also when the app is installed anew."""
        return ClientKey(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.base_url}#{app_key}"))

    def oauth_client_id(self, app_key: AppKey) -> str:
        """This site's identity for an app that acts as users, towards the authorization server."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.base_url}#oauth#{app_key}"))

    def apps(self) -> list[Installation]:
        """Every app that is installed now or once was."""
        with self._lock:
            return list(self._apps.values())

    def installed_app(self, app_key: AppKey) -> Installation | None:
        """The app with this key, if it is installed now."""
        with self._lock:
            app = self._apps.get(app_key)
        return app if app and app.installed else None

    def enabled_apps(self) -> list[Installation]:
        """Every app that is installed now, and not disabled."""
        return [app for app in self.apps() if app.enabled]

    def put_app(self, app: Installation) -> None:
        """Install an app, or replace what is known of it."""
        with self._lock:
            self._apps[app.descriptor.key] = app

    def app_properties(self, app_key: AppKey) -> dict[str, Json]:
        """Properties of an app; they outlive its installation."""
        with self._lock:
            return dict(self._app_properties.get(app_key, {}))

    def set_app_property(self, app_key: AppKey, key: str, value: Json) -> None:
        """Keep something for an app, instead of what was there under this key."""
        with self._lock:
            self._app_properties.setdefault(app_key, {})[key] = value

    def delete_app_property(self, app_key: AppKey, key: str) -> bool:
        """Let go of a property; whether there was one."""
        missing = object()
        with self._lock:
            return self._app_properties.get(app_key, {}).pop(key, missing) is not missing

    # --- people and projects

    def people(self) -> list[User]:
        """Everybody who is no app, the administrator first."""
        with self._lock:
            return list(self._people.values())

    def put_person(self, person: User) -> None:
        """Add somebody, or replace what is known of them."""
        with self._lock:
            self._people[person.account_id] = person

    def user(self, account_id: str) -> User | None:
        """The user with this account id, an app's own user included."""
        with self._lock:
            app_users = {app.app_user.account_id: app.app_user for app in self._apps.values()}
            return self._people.get(account_id) or app_users.get(account_id)

    def projects(self) -> list[Project]:
        """All projects, by key."""
        with self._lock:
            return sorted(self._projects.values(), key=lambda project: project.key)

    def project(self, id_or_key: str) -> Project | None:
        """The project with this id or key."""
        with self._lock:
            by_id = (project for project in self._projects.values() if project.id == id_or_key)
            return self._projects.get(id_or_key.upper()) or next(by_id, None)

    # --- issues

    def issues(self) -> list[Issue]:
        """All issues, in the order in which they came into being."""
        with self._lock:
            return list(self._issues.values())

    def issue(self, id_or_key: str) -> Issue | None:
        """The issue with this id or key."""
        with self._lock:
            by_id = (issue for issue in self._issues.values() if issue.id == id_or_key)
            return self._issues.get(id_or_key.upper()) or next(by_id, None)

    def create_issue(self, project: Project, creator: User, fields: Mapping[str, Json]) -> Issue:
        """A new issue with the project's next number."""
        with self._lock:
            numbers = (
                int(key.partition("-")[2]) for key in self._issues if key.startswith(f"{project.key}-")
            )
            return self._add_issue(f"{project.key}-{max(numbers, default=0) + 1}", project, creator, fields)

    def ensure_issue(self, key: str, fields: Mapping[str, Json]) -> Issue:
        """The issue with this key and these fields, which comes into being, with its project, if need be."""
        with self._lock:
            if issue := self._issues.get(key):
                self._issues[key] = replace(issue, fields={**issue.fields, **fields}, updated=self.now())
                return self._issues[key]
            project_key = key.partition("-")[0]
            project = self._projects.setdefault(
                project_key, Project(id=self.new_id(), key=project_key, name=project_key.title())
            )
            return self._add_issue(key, project, self.admin, fields)

    def change_issue(self, key: str, change: Callable[[Issue], Issue]) -> tuple[Issue, Issue]:
        """Apply a change to the issue as it is now, which may be newer than the caller's picture of it.

        Returns:
            the issue before and after
        """
        with self._lock:
            before = self._issues[key]
            self._issues[key] = replace(change(before), updated=self.now())
            return before, self._issues[key]

    def delete_issue(self, key: str) -> None:
        """Delete an issue that there is."""
        with self._lock:
            del self._issues[key]

    def new_id(self) -> str:
        """An id that nothing else on this site has."""
        return str(next(self._ids))

    def _of_this_site(self, person: User) -> User:
        if not self.name:
            return person
        own = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.base_url}#{person.account_id}")
        return replace(person, account_id=own.hex[:24])

    def _add_issue(self, key: str, project: Project, creator: User, fields: Mapping[str, Json]) -> Issue:
        now = self.now()
        self._issues[key] = Issue(
            id=self.new_id(),
            key=key,
            project=project,
            creator=creator,
            created=now,
            updated=now,
            fields=fields,
        )
        return self._issues[key]
