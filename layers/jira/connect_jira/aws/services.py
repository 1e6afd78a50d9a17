"""AWS, as a process reaches it: from its environment variables, over connections that its services share."""

from collections.abc import Mapping

from connect_jira.aws.credentials import Account
from connect_jira.aws.service import AwsService
from connect_jira.connections import new_pool


class Aws:
    """Makes services.

    Reads `AWS_URL_SUFFIX`, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, what `Account` reads, and
    the trace of each event that Lambda hands over.

    Args:
        env: environment variables; those of Lambda's change with each event
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._account = Account.from_env(env)
        self._http = new_pool()

    def service(self, name: str, *, read_seconds: float = 2.0, attempts: int = 3) -> AwsService:
        """A service, as `AwsService` says; by default it answers or fails within Jira's patience."""
        return AwsService(
            name,
            endpoint=self._endpoint(name),
            account=self._account,
            http=self._http,
            read_seconds=read_seconds,
            attempts=attempts,
            trace=lambda: self._env.get("_X_AMZN_TRACE_ID"),
        )

    def _endpoint(self, name: str) -> str:
        return (
            self._env.get(f"AWS_ENDPOINT_URL_{name.upper()}")
            or self._env.get("AWS_ENDPOINT_URL")
            or f"https://{name}.{self._account.region}.{self._env.get('AWS_URL_SUFFIX', 'amazonaws.com')}"
        )
