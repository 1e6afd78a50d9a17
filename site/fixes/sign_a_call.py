import time

from connect_jwt import AppKey, SharedSecret, SigningIdentity, sign_request


def authorization(installed: dict[str, str], method: str, url: str) -> dict[str, str]:
    """The header for one call. `installed` is the site's last installed payload, `url` what is sent."""
    identity = SigningIdentity(
        app_key=AppKey(installed["key"]),  # iss: the app's key, never the clientKey
        base_url=installed["baseUrl"],  # its path is no part of the hash
        shared_secret=SharedSecret(installed["sharedSecret"]),  # as it is, not decoded
    )
    token = sign_request(identity, method, url, now=time.time())  # just before each attempt
    return {"Authorization": f"JWT {token}"}
