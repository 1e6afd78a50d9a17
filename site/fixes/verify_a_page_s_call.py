import time
from collections.abc import Mapping

from connect_jwt import SharedSecret, find_token, parse_token, verify_context_token


def user_of(secrets: Mapping[str, str], authorization: str | None) -> tuple[str, str | None]:
    """The clientKey and the account id behind a call that the page in the browser made.

    The page sends `Authorization: JWT ` and what `AP.context.getToken()` gives it, anew for each call.

    Raises:
        connect_jwt.TokenRefused: answer 401
    """
    token = parse_token(find_token(authorization, ""))
    secret = secrets.get(token.issuer)
    verified = verify_context_token(  # its qsh is the literal context-qsh, and no other
        token, secrets=[SharedSecret(secret)] if secret else [], now=time.time()
    )
    return verified.client_key, verified.account_id
