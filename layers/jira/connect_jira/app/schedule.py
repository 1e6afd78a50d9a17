"""Schedules of jobs: periods that begin at fixed times, in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from connect_jira.events.job_request import LONGEST_SPREAD_SECONDS

TICK_SECONDS = 300
"""Period of the schedule in template.yaml that looks for jobs that are due."""

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600
_UNITS = {"minute": _MINUTE, "hour": _HOUR, "day": _DAY, "week": 7 * _DAY}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST_MONDAY = 4 * _DAY  # 5 January 1970
_PERIOD = re.compile(r"(?:([1-9][0-9]{0,3}) )?(minute|hour|day|week)s?", re.ASCII)
_AT = re.compile(rf"(?:({'|'.join(_DAYS)}) )?([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times at which a job is due.

    Attributes:
        period: in seconds
        offset: of the first time from the Unix epoch, in seconds
    """

    period: int
    offset: int

    @classmethod
    def parse(cls, every: str, at: str | None) -> "Schedule":
        """Parse a schedule.

        Args:
            every: such as `15 minutes`, `hour`, `day` or `week`
            at: for days a time such as `03:00`, for weeks also `monday 03:00`; None for the beginning

        Raises:
            ValueError: it is none of these
        """
        period = _PERIOD.fullmatch(every)
        seconds = int(period[1] or 1) * _UNITS[period[2]] if period else 0
        if not period or seconds % TICK_SECONDS:
            raise ValueError(
                f'every("{every}") is no period: write "15 minutes" or another multiple of five minutes, '
                '"hour", "day" or "week"'
            )
        time = _AT.fullmatch(at) if at is not None else None
        takes_day = period[2] == "week"
        if at is not None and (not time or seconds < _DAY or (time[1] and not takes_day)):
            raise ValueError(
                f'at="{at}" is no time of every("{every}"): write "03:00" for days, "monday 03:00" for weeks'
            )
        offset = _FIRST_MONDAY if takes_day else 0
        if time:
            offset += _DAYS.index(time[1]) * _DAY if time[1] else 0
            offset += int(time[2]) * _HOUR + int(time[3]) * _MINUTE
        return cls(period=seconds, offset=offset)

    @property
    def spread(self) -> int:
        """The time over which the sites' runs are spread, in seconds."""
        return min(self.period // 3, LONGEST_SPREAD_SECONDS)

    def last_before(self, now: float) -> str:
        """Return the last time at which the job was due, as ISO 8601 in UTC.

        Args:
            now: Unix seconds
        """
        due = (int(now) - self.offset) // self.period * self.period + self.offset
        return datetime.fromtimestamp(due, UTC).isoformat(timespec="minutes")
