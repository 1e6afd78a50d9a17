"""Validation of a site's base URL."""

import re
from urllib.parse import urlsplit

from connect_jira.errors import PayloadRefused
from connect_jira.settings import AppSettings

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]+", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)*", re.ASCII)


def check_site_url(base_url: str, app: AppSettings) -> str:
    """Return the base URL of a site of the app's cloud, without a trailing slash.

    The app will send signed data there. So it must be https, on one of Atlassian's hosts, with nothing but
    scheme, host and a plain path. A setting may allow more base URLs, and plain paths below them.

    Raises:
        PayloadRefused: the URL may be somebody else's
    """
    base_url = base_url.removesuffix("/")
    for extra in filter(None, app.extra_site_url.split(",")):
        if base_url.startswith(extra) and _PATH.fullmatch(base_url[len(extra) :]):
            return base_url
    try:
        url = urlsplit(base_url)
    except ValueError:
        url = urlsplit("")
    host_is_atlassians = _HOST.fullmatch(url.netloc) and url.netloc.endswith(
        tuple(f".{domain}" for domain in app.site_domains)
    )
    # Reassembled, it must equal the input: no userinfo, port, query or fragment, nothing the parser dropped.
    if (
        not host_is_atlassians
        or not _PATH.fullmatch(url.path)
        or base_url != f"https://{url.netloc}{url.path}"
    ):
        raise PayloadRefused("base-url-refused", "baseUrl is not the https address of a site of this cloud")
    return base_url
