import time
from collections.abc import Mapping

from connect_jwt import SharedSecret, SignedRequest, find_token, parse_token, verify_request_token


def site_of(secrets: Mapping[str, str], method: str, path: str, query: str, authorization: str | None) -> str:
    """The clientKey of the site that sent a request.

    Args:
        secrets: each site's sharedSecret, by its clientKey
        method: of the request
        path: below the app's base URL, so without a stage
        query: as it arrived, not from a dictionary of parameters
        authorization: the header

    Raises:
        connect_jwt.TokenRefused: answer 401
    """
    token = parse_token(find_token(authorization, query))
    secret = secrets.get(token.issuer)  # the site names itself; its own secret proves it
    verified = verify_request_token(
        token,
        request=SignedRequest(method, path, query),
        secrets=[SharedSecret(secret)] if secret else [],
        now=time.time(),
    )
    return verified.client_key
