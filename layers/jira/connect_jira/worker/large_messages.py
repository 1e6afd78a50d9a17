"""Messages too large for the queue: stored in a bucket, and referred to by key.

The bucket expires objects after the last message that can refer to them. boto3 is used for S3, and loaded
with the first large message.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from connect_jira.aws.failures import AwsFailed, report
from connect_jira.errors import MessageUnreadable

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

    def keep(self, text: str) -> str:
        """Store a text, and return its key.

        Raises:
            TemporarilyUnavailable: S3 did not answer
            AwsRefused: S3 refuses until somebody fixes what the log names
        """
        key = str(uuid.uuid4())
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


@contextmanager
def _errors(operation: str) -> Iterator[None]:
    from connect_jira.aws.boto3_errors import as_aws_failures  # noqa: PLC0415 - as above

    try:
        with as_aws_failures(operation):
            yield
    except AwsFailed as failed:
        report(failed)
        raise
