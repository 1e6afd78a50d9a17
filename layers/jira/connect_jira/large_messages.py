"""What does not fit into a message of the queue: kept in a bucket, and passed on by reference.

The bucket forgets it when no message can speak of it any more.
"""

import uuid
from functools import cached_property
from typing import TYPE_CHECKING

from connect_jira.aws import aws_errors
from connect_jira.errors import MessageUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client


class LargeMessages:
    """The bucket.

    IAM: `s3:PutObject` to keep and `s3:GetObject` to fetch, on its objects.

    Args:
        make_s3: makes the client, once it is needed: few messages are large
        bucket: the bucket's name
    """

    def __init__(self, make_s3: "Callable[[], S3Client]", *, bucket: str) -> None:
        self._make_s3 = make_s3
        self._bucket = bucket

    @cached_property
    def _s3(self) -> "S3Client":
        return self._make_s3()

    def keep(self, text: str) -> str:
        """Keep a text; the key it is fetched with.

        Raises:
            TemporarilyUnavailable: S3 gave no answer
        """
        key = str(uuid.uuid4())
        with aws_errors("s3:PutObject"):
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=text.encode(), ContentType="application/json"
            )
        return key

    def fetch(self, key: str) -> str:
        """The text.

        Raises:
            MessageUnreadable: it is not there any more
            TemporarilyUnavailable: S3 gave no answer
        """
        with aws_errors("s3:GetObject"):
            try:
                return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
            except self._s3.exceptions.NoSuchKey as gone:
                raise MessageUnreadable("what the message refers to is not in the bucket") from gone
