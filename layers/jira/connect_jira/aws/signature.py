"""Signature Version 4, for POST requests to `/` without a query.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256

from connect_jira.aws.credentials import Credentials


def signed(
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: float,
) -> dict[str, str]:
    """Return the headers of a request with its signature.

    Args:
        headers: by lower-case name, `host` among them
        body: the whole body
        credentials: of the sender
        service: the service's name in signatures, such as `dynamodb`
        region: such as `eu-west-1`
        now: Unix seconds
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = {**headers, "x-amz-date": moment}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    names = sorted(headers)
    signed_names = ";".join(names)
    lines = ["POST", "/", "", *(f"{name}:{headers[name]}" for name in names), "", signed_names]
    canonical_request = "\n".join([*lines, sha256(body).hexdigest()])
    scope = (moment[:8], region, service, "aws4_request")
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = (
        f"AWS4-HMAC-SHA256\n{moment}\n{'/'.join(scope)}\n{sha256(canonical_request.encode()).hexdigest()}"
    )
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{'/'.join(scope)}, "
        f"SignedHeaders={signed_names}, Signature={signature}"
    )
    return headers
