"""Lenient URL parsing: a malformed URL gets empty parts instead of an exception."""

from urllib.parse import SplitResult, urlsplit

from connect_jwt.clouds import CLOUDS

_ATLASSIAN_HOSTS = (
    *(f".{domain}" for cloud in CLOUDS.values() for domain in cloud.site_domains),
    ".api.atlassian.com",
)
_AUTHORIZATION_SERVERS = ("oauth-2-authorization-server.", "auth.atlassian.io")
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def is_atlassian(url: SplitResult) -> bool:
    """Return whether a URL is on one of Atlassian's hosts."""
    return f".{host_of(url)}".endswith(_ATLASSIAN_HOSTS)


def is_authorization_server(url: SplitResult) -> bool:
    """Return whether a URL is on a server that issues access tokens for users."""
    return host_of(url).startswith(_AUTHORIZATION_SERVERS)


def host_of(url: SplitResult) -> str:
    """Return the host of a URL, with the port unless it is the scheme's default."""
    host = url.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS.get(url.scheme, ""))


def split(url: str) -> SplitResult:
    """Split a URL; all parts are empty if it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
