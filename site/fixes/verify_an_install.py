import json
import time

import urllib3

from connect_jwt import CLOUDS, InstallKeys, SignedRequest, find_token, parse_token, verify_install_token

KEYS = InstallKeys(
    CLOUDS["commercial"].install_keys_urls,
    registry_prefix="generic-keypair/cs-migrations/",
    http=urllib3.PoolManager(),
)


def install(
    app_key: str, base_url: str, path: str, authorization: str, body: str, keys: InstallKeys = KEYS
) -> dict[str, str]:
    """The payload of a genuine `installed`: overwrite what you keep of the site whose clientKey it has.

    Raises:
        connect_jwt.TokenRefused: answer 401
        connect_jwt.KeyHostUnavailable: answer 503, so that Jira sends it again
    """
    verified = verify_install_token(
        parse_token(find_token(authorization, "")),
        request=SignedRequest("POST", path, ""),
        keys=keys,  # Atlassian's key, by the kid; only RS256 is taken
        audiences=[base_url],  # exactly the baseUrl of the descriptor
        now=time.time(),
    )
    payload: dict[str, str] = json.loads(body)
    if payload["clientKey"] != verified.client_key or payload["key"] != app_key:
        raise ValueError("the body is not covered by the token, and speaks of another site or app")
    return payload
