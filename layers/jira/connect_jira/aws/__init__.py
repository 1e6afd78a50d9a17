"""Clients of the AWS services that an event waits for: direct by default, or boto3.

boto3 supports three hundred services, and loading it is most of a function's cold start. Four services are
needed here; they share one protocol (JSON over POST) and one signature, and neither has changed since 2012.
boto3 is loaded on demand for requests that few events need, and for credentials outside the environment.

Callers know `Aws` and `AwsService`; both clients are hidden behind them.
"""
