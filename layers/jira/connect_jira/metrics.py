"""Numbers for CloudWatch, written to the log in its embedded metric format."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def count(name: str, **dimensions: str) -> None:
    """Count one of something.

    Args:
        name: what, such as `RequestRefused`
        dimensions: by what to tell them apart; few values each
    """
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as counted:
        for dimension, value in dimensions.items():
            counted.add_dimension(dimension, value)
