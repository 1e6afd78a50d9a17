"""Atlassian's clouds: which sites each one hosts, and where its install keys are.

An app is registered with one cloud. Which one is a setting of the deployment and never read from a request,
so a key of one cloud cannot vouch for a site of another.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One of Atlassian's clouds.

    Attributes:
        install_keys_url: where the public key of a `kid` is, as `<install_keys_url>/<kid>`
        user_tokens_url: the authorization server that gives access tokens of users; empty where none is known
        site_domains: the domains below which the sites of this cloud are
    """

    install_keys_url: str
    user_tokens_url: str
    site_domains: tuple[str, ...]


CLOUDS = {
    "commercial": Cloud(
        install_keys_url="https://connect-install-keys.atlassian.com",
        user_tokens_url="https://oauth-2-authorization-server.services.atlassian.com",
        site_domains=("atlassian.net", "jira.com"),  # the oldest sites are on the latter
    ),
    "government": Cloud(
        install_keys_url="https://connect-install-keys.atlassian-us-gov-mod.com",
        user_tokens_url="",
        site_domains=("atlassian-us-gov-mod.net", "atlassian-us-gov-mod.com"),
    ),
    "staging": Cloud(
        install_keys_url="https://cs-migrations--cdn.us-west-1.staging.public.atl-paas.net",
        user_tokens_url="https://oauth-2-authorization-server.stg.services.atlassian.com",
        site_domains=("jira-dev.com",),
    ),
}
"""By the name that the `AtlassianCloud` setting gives them."""
