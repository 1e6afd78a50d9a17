"""Settings of the app, read once from its environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from connect_jira.descriptor import load_descriptor, webhook_events
from connect_jira.page_urls import page_variables
from connect_jwt.clouds import CLOUDS
from connect_jwt.identity import AppKey


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """Settings that every function needs to verify a token.

    Attributes:
        app_key: the descriptor's key on this stage
        scopes: from the descriptor, in upper case
        base_url: the app's, if it differs from the API's own URL; else empty
        further_base_urls: others that the app is reached by, such as the one that sites are moving from
        install_keys_urls: the key hosts for signed installs, in order
        install_key_prefix: prefix of the key ids that a registry with many issuers may vouch for
        site_domains: the domains below which sites may be
        extra_site_url: more base URLs for sites, separated by commas; else empty
        user_tokens_url: the authorization server for acting as users
        forge_app_id: the ARI that `forge register` gave the app; empty if Forge is not used
        forge_keys_url: the key set for Forge's invocation tokens
        forge_api_urls: the API hosts that Forge's tokens may be sent to
        forge_module_types: additional types of modules that Forge itself invokes
        webhook_events: the events that each webhook path receives
        page_variables: the parameters of each page's path that Jira fills in, and with which variable
    """

    app_key: AppKey
    scopes: frozenset[str]
    base_url: str
    further_base_urls: tuple[str, ...]
    install_keys_urls: tuple[str, ...]
    install_key_prefix: str
    site_domains: tuple[str, ...]
    extra_site_url: str
    user_tokens_url: str
    forge_app_id: str
    forge_keys_url: str
    forge_api_urls: tuple[str, ...]
    forge_module_types: frozenset[str]
    webhook_events: Mapping[str, list[str]]
    page_variables: Mapping[str, Mapping[str, str]]

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every configured base URL, the app's own first."""
        return tuple(filter(None, (self.base_url, *self.further_base_urls)))

    @property
    def wanted_events(self) -> list[str]:
        """The events of all webhooks."""
        return [event for events in self.webhook_events.values() for event in events]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read `STAGE`, `DESCRIPTOR_PATH`, `BASE_URL`, `FURTHER_BASE_URLS`, `ATLASSIAN_CLOUD`,
        `INSTALL_KEYS_URL`, `INSTALL_KEY_PREFIX`, `EXTRA_SITE_URL`, `USER_TOKENS_URL`, `FORGE_APP_ID`,
        `FORGE_KEYS_URL`, `EXTRA_FORGE_API_URL` and `EXTRA_FORGE_MODULE_TYPES` as template.yaml sets them.
        """
        descriptor = load_descriptor(env)
        cloud = CLOUDS[env["ATLASSIAN_CLOUD"]]
        return cls(
            app_key=AppKey(descriptor["key"]),
            scopes=frozenset(scope.upper() for scope in descriptor.get("scopes", [])),
            base_url=env["BASE_URL"].rstrip("/"),
            further_base_urls=tuple(url.rstrip("/") for url in _listed(env["FURTHER_BASE_URLS"])),
            install_keys_urls=_listed(env["INSTALL_KEYS_URL"]) or cloud.install_keys_urls,
            install_key_prefix=env["INSTALL_KEY_PREFIX"],
            site_domains=cloud.site_domains,
            extra_site_url=env["EXTRA_SITE_URL"],
            user_tokens_url=env["USER_TOKENS_URL"] or cloud.user_tokens_url,
            forge_app_id=env["FORGE_APP_ID"],
            forge_keys_url=env["FORGE_KEYS_URL"] or cloud.forge_keys_url or "",
            forge_api_urls=tuple(filter(None, (cloud.forge_api_url, *_listed(env["EXTRA_FORGE_API_URL"])))),
            forge_module_types=frozenset(_listed(env["EXTRA_FORGE_MODULE_TYPES"])),
            webhook_events=webhook_events(descriptor),
            page_variables=page_variables(descriptor),
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))
