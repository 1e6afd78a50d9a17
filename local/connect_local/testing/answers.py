"""The answers of pages, and to the calls of their scripts."""

import json
from typing import Any

from connect_local.testing.internet import Response


class PageAnswer:
    """The answer of a page, or to a call of one.

    Attributes:
        status: such as 200
        text: of the body
        headers: by their names in small letters
    """

    def __init__(self, response: Response) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers}
        self.text = response.body.decode(errors="replace")

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body as JSON."""
        return json.loads(self.text)

    def __repr__(self) -> str:
        return f"<{self.status} {self.text[:200]!r}>"
