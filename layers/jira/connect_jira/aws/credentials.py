"""AWS credentials and region of a process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from connect_jira.errors import AwsNotConfigured, TemporarilyUnavailable

if TYPE_CHECKING:
    from botocore.session import Session


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; its repr shows only the id."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Region and credentials for requests.

    Attributes:
        region: such as `eu-west-1`
        fixed: credentials of the process; None if they change
        current: returns the current credentials

    Lambda puts both into a function's environment. Elsewhere boto3 finds them: in a profile on a developer's
    machine, or at the endpoint that a function restored by SnapStart is given.
    """

    region: str
    fixed: Credentials | None
    current: Callable[[], Credentials]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read `AWS_REGION` or `AWS_DEFAULT_REGION`, and `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
        `AWS_SESSION_TOKEN`.

        Raises:
            AwsNotConfigured: there is no region, or an access key without its secret
        """
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        if region and env.get("AWS_ACCESS_KEY_ID"):
            if not env.get("AWS_SECRET_ACCESS_KEY"):
                raise AwsNotConfigured("AWS_ACCESS_KEY_ID is set: set AWS_SECRET_ACCESS_KEY, too")
            fixed = Credentials(
                env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN")
            )
            return cls(region, fixed, lambda: fixed)
        from botocore.session import get_session  # noqa: PLC0415 - functions do not normally need it

        session = get_session()
        region = region or session.get_config_variable("region")
        if not region:
            raise AwsNotConfigured("no AWS region is known: set AWS_REGION, or one for the profile")
        return cls(region, None, lambda: _current(session))


def _current(session: "Session") -> Credentials:
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - likewise

    try:
        found = session.get_credentials()
        now = found and found.get_frozen_credentials()
    except BotoCoreError as failed:
        raise TemporarilyUnavailable(f"no AWS credentials were given: {type(failed).__name__}") from failed
    if not (now and now.access_key and now.secret_key):
        raise TemporarilyUnavailable("no AWS credentials are known: set AWS_PROFILE, or log in")
    return Credentials(now.access_key, now.secret_key, now.token)
