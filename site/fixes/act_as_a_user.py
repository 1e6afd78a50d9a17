import time
from urllib.parse import urlencode

from connect_jwt import AppKey, SharedSecret, SigningIdentity, sign_user_assertion

SERVER = "https://oauth-2-authorization-server.services.atlassian.com"


def token_request(installed: dict[str, str], account_id: str) -> tuple[str, str]:
    """URL and form of the POST that gives a user's access token. The app has the scope ACT_AS_USER."""
    identity = SigningIdentity(
        app_key=AppKey(installed["key"]),
        base_url=installed["baseUrl"],
        shared_secret=SharedSecret(installed["sharedSecret"]),
    )
    assertion = sign_user_assertion(
        identity,
        oauth_client_id=installed["oauthClientId"],
        account_id=account_id,  # no user key: those are gone
        audience=SERVER,
        now=time.time(),
    )
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    return f"{SERVER}/oauth2/token", urlencode({"grant_type": grant, "assertion": assertion})
