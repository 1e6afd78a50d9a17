"""Endpoints of AWS's services, from the environment variables of AWS's own SDKs.

Settings that this client does not support raise an error at the start of a function: ignored, they would
silently bypass a proxy or a FIPS endpoint that somebody relies on.

https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from connect_jira.errors import AwsNotConfigured

_SERVICE_IDS = {"events": "EVENTBRIDGE"}
"""Names of services in `AWS_ENDPOINT_URL_<SERVICE>` that differ from those of their hosts."""

_UNSUPPORTED = {
    "AWS_USE_FIPS_ENDPOINT": "name the FIPS endpoint of each service by AWS_ENDPOINT_URL_<SERVICE>",
    "AWS_USE_DUALSTACK_ENDPOINT": "name the endpoint of each service by AWS_ENDPOINT_URL_<SERVICE>",
}

_OR_BOTO3 = "; or deploy with AwsSdk=boto3"


def endpoint_of(service: str, region: str, env: Mapping[str, str]) -> str:
    """Return a service's URL: `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`, else the region's own.

    Args:
        service: `dynamodb`, `events`, `kms` or `sqs`
        region: such as `eu-west-1`
        env: environment variables

    Raises:
        AwsNotConfigured: they ask for something that this client does not support
    """
    named = env.get(f"AWS_ENDPOINT_URL_{_SERVICE_IDS.get(service, service.upper())}")
    url = named or env.get("AWS_ENDPOINT_URL")
    if not url:
        for variable, remedy in _UNSUPPORTED.items():
            if env.get(variable, "").lower() == "true":
                raise AwsNotConfigured(f"{variable} is not supported: {remedy}{_OR_BOTO3}")
        url = f"https://{service}.{region}.{env.get('AWS_URL_SUFFIX') or 'amazonaws.com'}"
    _refuse_detours(url, env)
    return url


def _refuse_detours(url: str, env: Mapping[str, str]) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https":  # an emulator on this machine
        return
    if env.get("AWS_CA_BUNDLE"):
        raise AwsNotConfigured(
            f"AWS_CA_BUNDLE is not supported: name the same file by SSL_CERT_FILE{_OR_BOTO3}"
        )
    proxy = env.get("https_proxy", env.get("HTTPS_PROXY"))
    if proxy and not _is_bypassed(parts.netloc, env.get("no_proxy", env.get("NO_PROXY", ""))):
        raise AwsNotConfigured(
            f"HTTPS_PROXY is not supported for AWS: add {parts.hostname} to NO_PROXY, "
            f"and give the function a VPC endpoint if it has no other way there{_OR_BOTO3}"
        )


def _is_bypassed(host: str, no_proxy: str) -> bool:
    from urllib import request  # noqa: PLC0415 - few functions have a proxy

    return bool(request.proxy_bypass_environment(host, {"no": no_proxy}))  # type: ignore[attr-defined]
