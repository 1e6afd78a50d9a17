"""Metrics for CloudWatch, logged in its embedded metric format."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def count(name: str, **dimensions: str) -> None:
    """Add one to a counter.

    Args:
        name: of the metric, such as `RequestRefused`
        dimensions: of the metric; each with few values
    """
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as counted:
        for dimension, value in dimensions.items():
            counted.add_dimension(dimension, value)
