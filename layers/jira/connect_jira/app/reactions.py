"""Registration of an app's reactions, hooks, jobs and background work, by a decorator above each function.

reactions = Reactions()

@reactions.on("comment_created")
def note_comment(event: Event, site: Site) -> None:
    site.enqueue(count_comments, {"issue": event.unsigned_payload["issue"]["key"]})

@reactions.work
def count_comments(arguments: dict[str, Any], site: Site) -> None: ...

@reactions.installed
def set_up(site: Site) -> None: ...

@reactions.every("day", at="03:00")
def count_again(site: Site, cursor: JsonValue) -> JsonValue: ...
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from connect_jira.app.functions import HookFunction, Job, Reaction, RegisteredJob, RegisteredReaction, Work
from connect_jira.app.schedule import Schedule
from connect_jira.app.site import work_name
from connect_jira.events.hook_call import Hook


class Reactions:
    """The reactions, hooks, jobs and background work of an app.

    Args:
        others: routers whose functions are included, such as those of other files

    Raises:
        ValueError: two of them have registered the same
    """

    def __init__(self, *others: "Reactions") -> None:
        self._reactions: dict[str, dict[str, RegisteredReaction]] = {}
        self._hooks: dict[Hook, dict[str, HookFunction]] = {hook: {} for hook in Hook}
        self._jobs: dict[str, RegisteredJob] = {}
        self._work: dict[str, Work] = {}
        for other in others:
            self._include(other)

    def on(
        self, event: str, *, changed: str | None = None, idempotent: bool = True
    ) -> Callable[[Reaction], Reaction]:
        """Register a reaction to an event. An event may have several, each with its own retries.

        Args:
            event: such as `jira:issue_created`
            changed: call it only if this field has changed, such as `status` or `customfield_10016`; a
                function may be registered for several fields. The webhook needs its body for that
            idempotent: True if it is idempotent. If not, it is started once: if it fails or is cut off, its
                message goes to the dead-letter queue for somebody to look at

        Raises:
            ValueError: the function is registered for this already, or another of its name is
        """

        def register(reaction: Reaction) -> Reaction:
            fields = frozenset() if changed is None else frozenset({changed})
            registered = RegisteredReaction(function=reaction, is_idempotent=idempotent, changed=fields)
            self._register(event, registered)
            return reaction

        return register

    def installed(self, function: HookFunction) -> HookFunction:
        """Register a function for a site's install: by Connect or by Forge, the first or after an uninstall.

        Raises:
            ValueError: a function of this name is registered
        """
        return self._hook(Hook.INSTALLED, function)

    def upgraded(self, function: HookFunction) -> HookFunction:
        """Register a function for an upgrade: Jira installs the app over itself, for a new descriptor, secret
        or address; or Forge has another version of the app on the site.

        Raises:
            ValueError: a function of this name is registered
        """
        return self._hook(Hook.UPGRADED, function)

    def leaving(self, function: HookFunction) -> HookFunction:
        """Register a function for an uninstall that is about to happen. Only Forge announces it; Jira can
        still be called.

        Raises:
            ValueError: a function of this name is registered
        """
        return self._hook(Hook.LEAVING, function)

    def uninstalled(self, function: HookFunction) -> HookFunction:
        """Register a function for an uninstall. It may use the site's data, but not its Jira.

        Raises:
            ValueError: a function of this name is registered
        """
        return self._hook(Hook.UNINSTALLED, function)

    def every(self, period: str, *, at: str | None = None, idempotent: bool = True) -> Callable[[Job], Job]:
        """Register a job: it is run for each site that has the app installed and enabled, once for each time.

        It may return a cursor to be called again with it, as soon as possible; so it goes on where it stands
        when its time is nearly up (`Site.seconds_left`).

        Args:
            period: such as `15 minutes`, `hour`, `day` or `week`
            at: time in UTC, such as `03:00` for days, and `monday 03:00` for weeks; midnight by default, and
                Monday
            idempotent: as for `on`

        Raises:
            ValueError: the period or the time is not valid, or a job of this name is registered
        """
        schedule = Schedule.parse(period, at)

        def register(job: Job) -> Job:
            every = f"{period} {at or ''}".rstrip()
            self._job(RegisteredJob(function=job, every=every, schedule=schedule, is_idempotent=idempotent))
            return job

        return register

    def after_update(self, function: Job) -> Job:
        """Register a job that is run once for each site after the app's code has changed.

        Raises:
            ValueError: a job of this name is registered
        """
        self._job(RegisteredJob(function=function))
        return function

    def work(self, function: Work) -> Work:
        """Register a function for `Site.enqueue`; its name is stored in the message.

        Raises:
            ValueError: another function of this name is registered
        """
        name = work_name(function)
        if self._work.setdefault(name, function) is not function:
            raise ValueError(
                f"another function is registered as the work {name}: give one of them another name"
            )
        return function

    @property
    def events(self) -> frozenset[str]:
        """The events that have a reaction."""
        return frozenset(self._reactions)

    def to(self, event: str, payload: Mapping[str, Any]) -> list[RegisteredReaction]:
        """Return the reactions to an event with this payload."""
        return [one for one in self.all_to(event) if not one.changed or one.handles_change(payload)]

    def all_to(self, event: str) -> Collection[RegisteredReaction]:
        """Return the reactions to an event, whatever has changed."""
        return self._reactions.get(event, {}).values()

    def named(self, event: str, name: str) -> RegisteredReaction | None:
        """Return the reaction to an event by its function's name, None if there is none."""
        return self._reactions.get(event, {}).get(name)

    def hooks(self, hook: Hook) -> Mapping[str, HookFunction]:
        """Return the functions for a change of an installation, by their names."""
        return self._hooks[hook]

    @property
    def jobs(self) -> Mapping[str, RegisteredJob]:
        """The jobs, by the names of their functions."""
        return self._jobs

    def work_named(self, name: str) -> Work | None:
        """Return the work registered under a name, None if there is none."""
        return self._work.get(name)

    @property
    def work_names(self) -> Collection[str]:
        """The names under which work is registered."""
        return self._work.keys()

    def name_of(self, work: Work | str) -> str:
        """Return the name that work is registered under.

        Args:
            work: the function, or its name

        Raises:
            ValueError: it is not registered
        """
        name = work_name(work)
        registered = self._work.get(name)
        if registered is None or (registered is not work and not isinstance(work, str)):
            raise ValueError(f"{name} is not registered as work: write @reactions.work above it")
        return name

    def _include(self, other: "Reactions") -> None:
        for event, reactions in other._reactions.items():  # noqa: SLF001 - one of its own kind
            for registered in reactions.values():
                self._register(event, registered)
        for hook, functions in other._hooks.items():  # noqa: SLF001 - likewise
            for function in functions.values():
                self._hook(hook, function)
        for job in other._jobs.values():  # noqa: SLF001 - likewise
            self._job(job)
        for work in other._work.values():  # noqa: SLF001 - likewise
            self.work(work)

    def _hook(self, hook: Hook, function: HookFunction) -> HookFunction:
        name = work_name(function)
        if name in self._hooks[hook]:
            raise ValueError(f"{name} is registered twice for {hook}: once is enough")
        self._hooks[hook][name] = function
        return function

    def _job(self, job: RegisteredJob) -> None:
        if job.name in self._jobs:
            raise ValueError(f"{job.name} is registered twice as a job: give each its own name")
        self._jobs[job.name] = job

    def _register(self, event: str, registered: RegisteredReaction) -> None:
        reactions, name = self._reactions.setdefault(event, {}), registered.name
        before = reactions.get(name)
        if before is None:
            reactions[name] = registered
            return
        if before.function is not registered.function:
            raise ValueError(f"two functions named {name} react to {event}: give one of them another name")
        is_for_more = before.changed and registered.changed and before.changed.isdisjoint(registered.changed)
        if not is_for_more or before.is_idempotent != registered.is_idempotent:
            raise ValueError(f"{name} is registered twice for {event}: once is enough")
        reactions[name] = replace(before, changed=before.changed | registered.changed)
