"""Failures of AWS operations: transient ones, and refusals with their remedies.

The transient codes are those of AWS's own SDKs:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger

from connect_jira.errors import TemporarilyUnavailable
from connect_jira.metrics import count

CONDITION_FAILED = "ConditionalCheckFailedException"
"""DynamoDB's code for a failed condition."""

PASSING_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Transient codes that come with status 4xx."""

_PERMISSION = "Grant the function's role in template.yaml what AWS names here, and deploy"
_IDENTITY = "The function's credentials or its clock are wrong: they come from Lambda, so look at its role"
_KEY = "Enable the key, or cancel its deletion: `aws kms enable-key`, `aws kms cancel-key-deletion`"
_OTHER_KEY = (
    "It was sealed with another key, such as that of the stack that the table was restored from: "
    "name that key in the stack's parameter OtherSecretsKeyArn, and deploy"
)
_GONE = "What the stack created is not there: deploy it again, or restore it"

REFUSALS: dict[str, str] = {
    "AccessDenied": _PERMISSION,
    "AccessDeniedException": _PERMISSION,
    "KMSAccessDeniedException": _PERMISSION,
    "KMS.AccessDeniedException": _PERMISSION,
    "KmsAccessDenied": _PERMISSION,
    "AuthFailure": _IDENTITY,
    "ExpiredToken": _IDENTITY,
    "ExpiredTokenException": _IDENTITY,
    "IncompleteSignature": _IDENTITY,
    "IncompleteSignatureException": _IDENTITY,
    "InvalidAccessKeyId": _IDENTITY,
    "InvalidClientTokenId": _IDENTITY,
    "InvalidSignatureException": _IDENTITY,
    "MissingAuthenticationToken": _IDENTITY,
    "MissingAuthenticationTokenException": _IDENTITY,
    "NotAuthorized": _IDENTITY,
    "RequestExpired": _IDENTITY,
    "RequestTimeTooSkewed": _IDENTITY,
    "SignatureDoesNotMatch": _IDENTITY,
    "UnrecognizedClientException": _IDENTITY,
    "DisabledException": _KEY,
    "KMSInvalidStateException": _KEY,
    "KMS.DisabledException": _KEY,
    "KMS.KMSInvalidStateException": _KEY,
    "KmsDisabled": _KEY,
    "KmsInvalidState": _KEY,
    "InaccessibleEncryptionDateTimeException": _KEY,
    "NotFoundException": _GONE,
    "KMS.NotFoundException": _GONE,
    "KmsNotFound": _GONE,
    "NoSuchBucket": _GONE,
    "QueueDoesNotExist": _GONE,
    "AWS.SimpleQueueService.NonExistentQueue": _GONE,
    "ResourceNotFoundException": _GONE,
    "IncorrectKeyException": _OTHER_KEY,
}
"""Codes of refusals that last until somebody fixes the cause, with the remedy."""

_MAX_SENTENCE = 400

_logger = Logger(child=True)


class AwsFailed(TemporarilyUnavailable):
    """An operation failed, or was not answered.

    Attributes:
        code: AWS's, such as `ConditionalCheckFailedException`; else the error's name, such as
            `ReadTimeoutError`
        details: further members of AWS's response
        may_pass: True if it is transient
    """

    def __init__(
        self, operation: str, code: str, *, may_pass: bool, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{operation} failed: {code}")
        self.code = code
        self.details = details or {}
        self.may_pass = may_pass


class AwsRefused(AwsFailed):
    """AWS refuses until a permission, a key or a resource is fixed. No message is to blame for it.

    Attributes:
        sentence: AWS's own: the action, the resource, and the policy
        remedy: for whoever runs the app
    """

    def __init__(self, operation: str, code: str, *, details: Mapping[str, Any]) -> None:
        super().__init__(operation, code, may_pass=False, details=details)
        self.reason = "aws-refused"
        self.sentence = _sentence(details)
        self.remedy = REFUSALS[code]

    @property
    def explanation(self) -> str:
        """The refused operation, AWS's sentence and the remedy."""
        return f"{self}. {self.sentence} {self.remedy}."


class ConnectionBroken(AwsFailed):
    """The connection broke before a response."""


def not_an_answer(operation: str) -> AwsFailed:
    """Return the failure for a response that is not AWS's."""
    return AwsFailed(operation, "NotAnAnswer", may_pass=True)


def failure(operation: str, status: int, said: Mapping[str, Any]) -> AwsFailed:
    """Return the failure for a status other than 200.

    Args:
        operation: such as `kms:Decrypt`
        status: the HTTP status
        said: the response's JSON object; empty if there is none
    """
    code = str(said.get("__type", said.get("code", status))).rpartition("#")[2]
    if code in REFUSALS:
        return AwsRefused(operation, code, details=said)
    passes = (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or code in PASSING_CODES
    )
    return AwsFailed(operation, code, may_pass=passes, details=said)


def report(failed: AwsFailed) -> None:
    """Count a failure; log a refusal with AWS's own sentence and the remedy."""
    if isinstance(failed, AwsRefused):
        _logger.error(
            "AWS refused a request",
            extra={
                "reason": failed.reason,
                "explanation": failed.explanation,
            },
        )
        count("AwsRefused", service="all")  # one alarm for all functions
    elif failed.may_pass:
        count("AwsUnavailable", service="all")


def _sentence(details: Mapping[str, Any]) -> str:
    """Return the first line of AWS's message: the others, for a wrong signature, hold the session's token."""
    message = details.get("message", details.get("Message"))
    lines = message.splitlines() if isinstance(message, str) else []
    first = lines[0] if lines else ""
    return first.partition("The Canonical String")[0].strip()[:_MAX_SENTENCE]
