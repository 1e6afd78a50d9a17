"""The JQL that the laptop's Jira knows: clauses that are joined by `AND`, and `ORDER BY`.

- `project`, `key` and `id` with `=` or `in`
- `duedate` or `due`, compared with a date, `now()` or `startOfDay()`, or with `is EMPTY`, `is not EMPTY`
- `statusCategory` with `=` or `!=`

https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

import logging
import operator
import re
from collections import deque
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from connect_local.jira.entities import Issue
from connect_local.jira.rest.answers import JiraError

type Condition = Callable[[Issue, datetime], bool]
"""A test of an issue at a time: True if it meets a clause."""

_log = logging.getLogger(__name__)

_WORD = re.compile(r"""'[^']*'|"[^"]*"|[<>!]=|[^\s"'(),=<>!]+|\S""")
_COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_PUNCTUATION = {"(", ")", ",", "!", "!=", *_COMPARISONS}
_CATEGORIES = {"TO DO": "new", "IN PROGRESS": "indeterminate", "DONE": "done"}
_IDENTITIES: dict[str, Callable[[Issue], set[str]]] = {
    "project": lambda issue: {issue.project.key, issue.project.id},
    "key": lambda issue: {issue.key, issue.id},
}
_CONDITIONS = {"duedate", "statuscategory"}
_SYNONYMS = {"issue": "key", "issuekey": "key", "id": "key", "due": "duedate"}
_ORDERS: dict[str, Callable[[Issue], Any]] = {
    "created": lambda issue: (issue.created, int(issue.id)),
    "updated": lambda issue: (issue.updated, int(issue.id)),
    "key": lambda issue: (issue.project.key, int(issue.key.partition("-")[2])),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart.

    Attributes:
        clauses: `project` or `key`, and the ids and keys it may have; every clause has to be met
        conditions: the other clauses, which have to be met, too
        orders: a field to sort by, and whether downwards; the first matters most
    """

    clauses: tuple[tuple[str, frozenset[str]], ...]
    conditions: tuple[Condition, ...]
    orders: tuple[tuple[str, bool], ...]

    def run(self, issues: Iterable[Issue], now: datetime) -> list[Issue]:
        """The issues that meet it now; the newest first, when no order is asked for."""
        found = [
            issue
            for issue in issues
            if all(values & _IDENTITIES[field](issue) for field, values in self.clauses)
            and all(condition(issue, now) for condition in self.conditions)
        ]
        for field, descending in reversed(self.orders or (("created", True),)):
            found.sort(key=_ORDERS[field], reverse=descending)
        return found


def meets(jql: str, issue: Issue, now: datetime) -> bool:
    """Return whether an issue meets a query; True if the laptop's Jira does not understand it, which it logs.

    Args:
        jql: the query
        issue: as it is
        now: time that the query is run at
    """
    try:
        return bool(parse_jql(jql).run([issue], now))
    except JiraError as unknown:
        _log.warning("a webhook's filter is not understood, and ignored: %s", unknown)
        return True


def parse_jql(jql: str) -> Query:
    """Take a query apart.

    Raises:
        JiraError: it is not understood
    """
    words = deque(_WORD.findall(jql))
    clauses: list[tuple[str, frozenset[str]] | Condition] = []
    orders: list[tuple[str, bool]] = []
    if words and words[0].lower() != "order":
        clauses = _separated(words, "and", _clause)
    if words:
        _expect(words, "order")
        _expect(words, "by")
        orders = _separated(words, ",", _order)
    if words:
        raise _unexpected(words[0])
    return Query(
        clauses=tuple(clause for clause in clauses if isinstance(clause, tuple)),
        conditions=tuple(clause for clause in clauses if not isinstance(clause, tuple)),
        orders=tuple(orders),
    )


def _separated[T](words: deque[str], separator: str, read: Callable[[deque[str]], T]) -> list[T]:
    items = [read(words)]
    while words and words[0].lower() == separator:
        words.popleft()
        items.append(read(words))
    return items


def _clause(words: deque[str]) -> tuple[str, frozenset[str]] | Condition:
    field = _known(words, _IDENTITIES.keys() | _CONDITIONS)
    if field == "duedate":
        return _due(words)
    if field == "statuscategory":
        return _in_category(words)
    if _expect(words, "=", "in") == "=":
        return field, frozenset([_value(words)])
    _expect(words, "(")
    values = _separated(words, ",", _value)
    _expect(words, ")")
    return field, frozenset(values)


def _due(words: deque[str]) -> Condition:
    word = _expect(words, "is", *_COMPARISONS)
    if word == "is":
        is_empty = _expect(words, "not", "empty") == "empty"
        if not is_empty:
            _expect(words, "empty")
        return lambda issue, _: (_due_date(issue) is None) == is_empty
    compare, value = _COMPARISONS[word], _moment(words)

    def holds(issue: Issue, now: datetime) -> bool:
        due = _due_date(issue)
        return due is not None and compare(due, value(now))

    return holds


def _moment(words: deque[str]) -> Callable[[datetime], datetime]:
    word = _value(words)
    if word in {"NOW", "STARTOFDAY"}:
        _expect(words, "(")
        _expect(words, ")")
        if word == "NOW":
            return lambda now: now
        return lambda now: now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        given = datetime.strptime(word.replace("/", "-"), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as other:
        raise JiraError(
            HTTPStatus.BAD_REQUEST, f"Date value '{word}' for field 'duedate' is invalid."
        ) from other
    return lambda _: given


def _due_date(issue: Issue) -> datetime | None:
    due = issue.fields.get("duedate")
    return datetime.fromisoformat(f"{due}T00:00:00+00:00") if due else None


def _in_category(words: deque[str]) -> Condition:
    is_wanted, name = _expect(words, "=", "!=") == "=", _value(words)
    if name not in _CATEGORIES:
        raise JiraError(
            HTTPStatus.BAD_REQUEST, f"The value '{name}' does not exist for the field 'statusCategory'."
        )
    category = _CATEGORIES[name]
    return lambda issue, _: (_category(issue) == category) == is_wanted


def _category(issue: Issue) -> str:
    """The key of its status' category; of a new issue that of its first status."""
    status: Any = issue.fields.get("status") or {"statusCategory": {"key": "new"}}
    key: str = status["statusCategory"]["key"]
    return key


def _order(words: deque[str]) -> tuple[str, bool]:
    field = _known(words, _ORDERS)
    directed = words and words[0].lower() in {"asc", "desc"}
    return field, bool(directed) and words.popleft().lower() == "desc"


def _value(words: deque[str]) -> str:
    word = _next(words)
    value = word[1:-1] if word[0] in "\"'" else word
    if not value or word in _PUNCTUATION:
        raise _unexpected(word)
    return value.upper()


def _known(words: deque[str], fields: Container[str]) -> str:
    word = _next(words)
    field = _SYNONYMS.get(word.lower(), word.lower())
    if field not in fields:
        raise JiraError(
            HTTPStatus.BAD_REQUEST, f"Field '{word}' does not exist or the laptop's Jira does not know it."
        )
    return field


def _expect(words: deque[str], *expected: str) -> str:
    word = _next(words)
    if word.lower() not in expected:
        raise _unexpected(word)
    return word.lower()


def _next(words: deque[str]) -> str:
    if not words:
        raise JiraError(HTTPStatus.BAD_REQUEST, "Error in the JQL Query: it ends too early.")
    return words.popleft()


def _unexpected(word: str) -> JiraError:
    return JiraError(HTTPStatus.BAD_REQUEST, f"Error in the JQL Query: did not expect '{word}'.")
