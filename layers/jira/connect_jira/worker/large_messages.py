"""Messages too large for the queue: stored in a bucket, and referred to by key. A site's have one prefix.

The bucket expires objects after the last message that can refer to them. boto3 is used for S3, and loaded
with the first large message.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from connect_jira.aws.failures import AwsFailed, report
from connect_jira.errors import MessageUnreadable
from connect_jwt.identity import ClientKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class LargeMessages:
    """The bucket of large messages.

    IAM: `s3:PutObject` to store and `s3:GetObject` to fetch, on its objects; to fetch also `s3:ListBucket` on
        the
    bucket, since without it S3 answers 403 for a missing object.

    Args:
        bucket: the bucket's name
    """

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _s3(self) -> "S3Client":
        from connect_jira.aws.boto3_setup import new_client, new_session  # noqa: PLC0415 - few messages are large

        # One attempt, since Jira or the queue retries: waiting for S3 comes on top of everything else.
        client: S3Client = new_client(new_session(), "s3", connect_seconds=1, read_seconds=2)
        return client

    def keep(self, text: str, *, client_key: ClientKey) -> str:
        """Store a text, and return its key.

        Args:
            text: of the message
            client_key: the site

        Raises:
            TemporarilyUnavailable: S3 did not answer
            AwsRefused: S3 refuses until somebody fixes what the log names
        """
        key = new_key(client_key)
        with _errors("s3:PutObject"):
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=text.encode(), ContentType="application/json"
            )
        return key

    def fetch(self, key: str) -> str:
        """Return the text of a key.

        Raises:
            MessageUnreadable: it does not exist any more
            TemporarilyUnavailable, AwsRefused: as for `keep`
        """
        with _errors("s3:GetObject"):
            try:
                return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
            except self._s3.exceptions.NoSuchKey as gone:
                raise MessageUnreadable("what the message refers to is not in the bucket") from gone


def prefix_of(client_key: str) -> str:
    """Return the beginning of the keys of a site's messages."""
    return f"{quote(client_key, safe='')}/"


def new_key(client_key: str) -> str:
    """Return a key that no message has, for one of a site."""
    return f"{prefix_of(client_key)}{uuid.uuid4()}"


@contextmanager
def _errors(operation: str) -> Iterator[None]:
    from connect_jira.aws.boto3_errors import as_aws_failures  # noqa: PLC0415 - as above

    try:
        with as_aws_failures(operation):
            yield
    except AwsFailed as failed:
        report(failed)
        raise
