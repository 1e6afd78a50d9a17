"""Who a process is to AWS, and in which region."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from connect_jira.errors import AwsNotConfigured, TemporarilyUnavailable

if TYPE_CHECKING:
    from botocore.session import Session


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key that requests are signed with; it shows only its id."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose requests are sent where.

    Attributes:
        region: such as `eu-west-1`
        credentials: those that are good now

    Lambda has both in the environment of a function. Elsewhere they come from wherever boto3 finds them: a
    profile on a developer's machine, or the endpoint that a function is given which SnapStart has restored.
    """

    region: str
    credentials: Callable[[], Credentials]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read `AWS_REGION` or `AWS_DEFAULT_REGION`, and `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
        `AWS_SESSION_TOKEN`.

        Raises:
            AwsNotConfigured: nothing says which region, or there is an access key without its secret
        """
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        if region and env.get("AWS_ACCESS_KEY_ID"):
            if not env.get("AWS_SECRET_ACCESS_KEY"):
                raise AwsNotConfigured("AWS_ACCESS_KEY_ID is set: set AWS_SECRET_ACCESS_KEY, too")
            fixed = Credentials(
                env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN")
            )
            return cls(region, lambda: fixed)
        from botocore.session import get_session  # noqa: PLC0415 - no function that runs as usual needs it

        session = get_session()
        region = region or session.get_config_variable("region")
        if not region:
            raise AwsNotConfigured("no AWS region is known: set AWS_REGION, or one for the profile")
        return cls(region, lambda: _current(session))


def _current(session: "Session") -> Credentials:
    found = session.get_credentials()
    now = found and found.get_frozen_credentials()
    if not (now and now.access_key and now.secret_key):
        raise TemporarilyUnavailable("no AWS credentials are known: set AWS_PROFILE, or log in")
    return Credentials(now.access_key, now.secret_key, now.token)
