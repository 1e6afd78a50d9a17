"""URLs, of which nothing is sure: whatever is given has parts, if only empty ones."""

from urllib.parse import SplitResult, urlsplit

from connect_jwt.clouds import CLOUDS

_ATLASSIAN_HOSTS = (
    *(f".{domain}" for cloud in CLOUDS.values() for domain in cloud.site_domains),
    ".api.atlassian.com",
)
_AUTHORIZATION_SERVERS = ("oauth-2-authorization-server.", "auth.atlassian.io")
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def is_atlassian(url: SplitResult) -> bool:
    """Whether a URL is on one of Atlassian's hosts."""
    return f".{host_of(url)}".endswith(_ATLASSIAN_HOSTS)


def is_authorization_server(url: SplitResult) -> bool:
    """Whether a URL is that of a server that gives access tokens of users."""
    return host_of(url).startswith(_AUTHORIZATION_SERVERS)


def host_of(url: SplitResult) -> str:
    """The host of a URL, and the port unless it is what the scheme implies."""
    host = url.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS.get(url.scheme, ""))


def split(url: str) -> SplitResult:
    """The parts of a URL, all empty when it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
