"""A refusal, told to the developer: one line in the log with its code and explanation, one metric by code.

Neither ever holds a token, a secret, a body or a query string.
"""

from aws_lambda_powertools import Logger

from connect_jira.metrics import count

_logger = Logger(child=True)


def report_refusal(
    message: str, *, metric: str, code: str, explanation: str, is_expected: bool = False, **where: object
) -> None:
    """Log a refusal, and count it by its code.

    Args:
        message: what was refused, in fixed words
        metric: the metric's name
        code: why, such as `qsh-context-path`
        explanation: what was seen, and what to do
        is_expected: whether it is no warning
        where: method, path, status and the like
    """
    log = _logger.info if is_expected else _logger.warning
    log(message, extra={"reason": code, "explanation": explanation, **where})
    count(metric, reason=code)
