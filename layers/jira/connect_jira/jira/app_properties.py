"""App properties: small JSON values on a site, by key, that only the app can read and write.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-app-properties/
"""

from typing import Any, Protocol
from urllib.parse import quote

from connect_jira.jira.errors import JiraNotFound
from connect_jira.jira.response import JiraResponse
from connect_jwt.identity import AppKey


class _Client(Protocol):
    def get(self, path: str) -> JiraResponse: ...
    def put(self, path: str, body: object) -> JiraResponse: ...
    def delete(self, path: str) -> JiraResponse: ...


class AppProperties:
    """The properties of the app on one site.

    All raise what `JiraClient.request` does.

    Args:
        jira: the site
        app_key: the app
    """

    def __init__(self, jira: _Client, app_key: AppKey) -> None:
        self._jira = jira
        self._path = f"/rest/atlassian-connect/1/addons/{quote(app_key, safe='')}/properties"

    def keys(self) -> list[str]:
        """Return the keys of all properties."""
        response = self._jira.get(self._path)
        found = response.object.get("keys")
        if not isinstance(found, list) or not all(isinstance(one, dict) and "key" in one for one in found):
            raise response.unusable("no list of keys")
        return [one["key"] for one in found]

    def get(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a value, None if it was never set. Raises if the site does not answer."""
        try:
            response = self._jira.get(self._path_of(key))
        except JiraNotFound:
            return None
        if "value" not in response.object:
            raise response.unusable("no value")
        return response.object["value"]

    def put(self, key: str, value: object) -> None:
        """Set a value: anything that JSON can hold. Idempotent."""
        self._jira.put(self._path_of(key), value)

    def delete(self, key: str) -> None:
        """Remove a value. Idempotent: a missing value is no error."""
        try:
            self._jira.delete(self._path_of(key))
        except JiraNotFound:
            return

    def _path_of(self, key: str) -> str:
        return f"{self._path}/{quote(key, safe='')}"
