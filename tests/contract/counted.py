"""Count of the requests to an AWS service."""

from collections import Counter
from typing import Any

from connect_jira.aws.service import AwsService


class Counted:
    """A service that counts what is asked of it, by operation."""

    def __init__(self, service: AwsService) -> None:
        self._service = service
        self.calls = Counter[str]()

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        self.calls[operation] += 1
        return self._service.call(operation, **parameters)
