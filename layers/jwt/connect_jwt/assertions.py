"""User assertions: an app exchanges one, signed with the site's secret, for a user's access token.

https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/
"""

from connect_jwt.signing import SigningIdentity

LIFETIME_SECONDS = 60
"""The value in Atlassian's own client for this grant; more than two minutes are refused."""


def sign_user_assertion(
    identity: SigningIdentity, *, oauth_client_id: str, account_id: str, audience: str, now: float
) -> str:
    """Sign the assertion for one user.

    Args:
        identity: the app on the user's site
        oauth_client_id: from the site's installed payload
        account_id: the user
        audience: the authorization server's base URL
        now: the time, in Unix seconds

    Returns:
        A compact JWT, HS256, valid for `LIFETIME_SECONDS`.
    """
    import jwt  # noqa: PLC0415 - slow to load, and few apps act as users

    issued_at = int(now)
    claims = {
        "iss": f"urn:atlassian:connect:clientid:{oauth_client_id}",
        "sub": f"urn:atlassian:connect:useraccountid:{account_id}",
        "tnt": identity.base_url,
        "aud": audience,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
    }
    return jwt.encode(claims, identity.shared_secret.key_bytes(), algorithm="HS256")
