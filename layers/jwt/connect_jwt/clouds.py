"""Atlassian's clouds: their sites' domains, key hosts, and the API hosts for Forge tokens.

An app is registered with one cloud. The cloud is a setting of the deployment and never read from a request,
so a key of one cloud cannot vouch for a site or an API of another.

Key hosts and authorization servers: npm `atlassian-connect-express` 11.5.3; for Government also
https://developer.atlassian.com/platform/framework/agc/guides/adopt-forge-from-connect-on-agc/. Forge's hosts:
https://developer.atlassian.com/platform/forge/remote/essentials/. An Isolated Cloud has hosts of its own, and
Atlassian says nothing of Forge's for Government: there they are settings of the deployment.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One of Atlassian's clouds.

    Attributes:
        install_keys_urls: base URLs of public keys, `<url>/<kid>`; the first is asked first
        user_tokens_url: the authorization server that issues access tokens for users
        site_domains: the domains below which the sites of this cloud are
        forge_keys_url: the JSON Web Key Set for Forge invocation tokens; None if unknown
        forge_api_url: the host that takes Forge tokens, and issues those of users (`graphql_url`); None if
            unknown
    """

    install_keys_urls: tuple[str, ...]
    user_tokens_url: str
    site_domains: tuple[str, ...]
    forge_keys_url: str | None
    forge_api_url: str | None


CLOUDS = {
    "commercial": Cloud(
        install_keys_urls=(
            "https://asap-distribution.us-west-2.prod.atl-asap.net",
            "https://connect-install-keys.atlassian.com",
        ),
        user_tokens_url="https://oauth-2-authorization-server.services.atlassian.com",
        site_domains=("atlassian.net", "jira.com"),  # the oldest sites are on the latter
        forge_keys_url="https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json",
        forge_api_url="https://api.atlassian.com",
    ),
    "government": Cloud(
        install_keys_urls=(
            "https://asap-distribution.us-west-2.prod.atl-auth-us-gov-mod.net",
            "https://cs-migrations--fedrampcdn.us-east-1.prod.cdn.atlassian-us-gov-mod.com",
            "https://connect-install-keys.atlassian-us-gov-mod.com",  # Atlassian's page names this one
        ),
        user_tokens_url="https://oauth-2-authorization-server.services.atlassian-us-gov-mod.com",
        site_domains=("atlassian-us-gov-mod.net", "atlassian-us-gov-mod.com"),
        forge_keys_url=None,
        forge_api_url=None,
    ),
    "government-staging": Cloud(
        install_keys_urls=(
            "https://asap-distribution.us-west-2.staging.atl-auth-us-gov-mod.net",
            "https://cs-migrations--fedrampcdn.us-east-1.staging.cdn.atlassian-us-gov-mod.com",
        ),
        user_tokens_url="https://oauth-2-authorization-server.stg.services.atlassian-us-gov-mod.com",
        site_domains=("atlassian-stg-fedm.net",),
        forge_keys_url=None,
        forge_api_url=None,
    ),
    "staging": Cloud(
        install_keys_urls=(
            "https://asap-distribution.us-west-2.staging.atl-asap.net",
            "https://cs-migrations--cdn.us-east-1.staging.public.atl-paas.net",
        ),
        user_tokens_url="https://oauth-2-authorization-server.stg.services.atlassian.com",
        site_domains=("jira-dev.com",),
        forge_keys_url="https://forge.cdn.stg.atlassian-dev.net/.well-known/jwks.json",
        forge_api_url="https://api.stg.atlassian.com",
    ),
}
"""By the name that the `AtlassianCloud` setting gives them."""


def graphql_url(forge_api_url: str) -> str:
    """Return the URL that issues users' tokens, such as `https://api.atlassian.com/graphql`.

    https://developer.atlassian.com/platform/forge/remote/calling-product-apis/
    """
    return f"{forge_api_url.rstrip('/')}/graphql"
