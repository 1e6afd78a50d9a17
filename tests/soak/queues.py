"""Messages in the stack's queues."""

from botocore.exceptions import BotoCoreError, ClientError

from connect_local.laptop.moto_cloud import LaptopCloud

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Queues:
    """Counts messages; on the laptop the approximate numbers are exact.

    Args:
        cloud: with the queues
    """

    def __init__(self, cloud: LaptopCloud) -> None:
        self._cloud = cloud
        self._sqs = cloud.client("sqs")

    def waiting(self) -> int | None:
        """Number of messages left, including hidden ones; None if SQS fails."""
        return self._count("JiraCalls")

    def failed(self) -> int | None:
        """Likewise, how many have failed for good."""
        return self._count("FailedJiraCalls")

    def _count(self, queue: str) -> int | None:
        try:
            answer = self._sqs.get_queue_attributes(
                QueueUrl=self._cloud.attribute(queue, "Ref"), AttributeNames=list(_COUNTS)
            )
        except (ClientError, BotoCoreError):
            return None
        return sum(int(answer["Attributes"][name]) for name in _COUNTS)
