"""Refusals for the developer: one log line with code and explanation, and one metric by code.

Neither holds a token, a secret, a body or a query string.
"""

from aws_lambda_powertools import Logger

from connect_jira.metrics import count

_logger = Logger(child=True)


def report_refusal(
    message: str, *, metric: str, code: str, explanation: str, is_expected: bool = False, **where: object
) -> None:
    """Log a refusal, and count it by its code.

    Args:
        message: fixed words for the kind of refusal
        metric: the metric's name
        code: of the cause, such as `qsh-context-path`
        explanation: the evidence, and the fix
        is_expected: True if it is no warning
        where: method, path, status and the like
    """
    log = _logger.info if is_expected else _logger.warning
    log(message, extra={"reason": code, "explanation": explanation, **where})
    count(metric, reason=code)
