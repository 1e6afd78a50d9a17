"""The URL of a call to Jira, built once, so that the signed URL is the URL that is sent."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode, urlsplit

from connect_jwt.errors import UrlNotSignable
from connect_jwt.signing import is_below

type Query = Mapping[str, str | int | bool | Iterable[str | int]]
"""Query parameters; a list repeats its parameter."""

_UNRESERVED = "-._~"
_PATH_SAFE = "/%:@!$&'()*+,;=" + _UNRESERVED
_UNSENDABLE = re.compile(r"[\s\x00-\x20\x7f\\]")
_NOT_NORMAL = re.compile(r"//|/\.{1,2}(?:/|$)")


def site_url(base_url: str, path: str, query: Query | None = None) -> str:
    """Return the URL to sign and to send.

    Args:
        base_url: the site's
        path: below it, with or without a query of its own, or an absolute URL below it
        query: parameters to add

    Raises:
        UrlNotSignable: it leads away from the site, or is malformed for Jira
    """
    is_absolute = "://" in path.partition("?")[0]
    url = path if is_absolute else f"{base_url}{path}"
    if _UNSENDABLE.search(path) or "#" in path or not (is_absolute or path.startswith("/")):
        raise UrlNotSignable("a path begins with a slash and has neither blanks nor a fragment: encode them")
    if not is_below(url, base_url):
        raise UrlNotSignable("the URL is not below the base URL of the site that this installation is on")
    parts = urlsplit(url)
    if _NOT_NORMAL.search(parts.path):
        raise UrlNotSignable("Jira refuses paths with //, /./ or /../")
    added = urlencode(_texts(query or {}), doseq=True, quote_via=quote, safe=_UNRESERVED)
    full_query = "&".join(filter(None, (quote(parts.query, safe=_PATH_SAFE + "?"), added)))
    target = f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe=_PATH_SAFE)}"
    return f"{target}?{full_query}" if full_query else target


def path_on_site(url: str, *base_urls: str) -> str | None:
    """Return the path and query of a URL of Jira's REST API on a site; None for any other URL.

    Args:
        url: absolute, or below the host
        base_urls: the site's addresses
    """
    if _UNSENDABLE.search(url) or "#" in url:
        return None
    is_absolute = "://" in url.partition("?")[0]
    for base_url in base_urls:
        origin = base_url.removesuffix(urlsplit(base_url).path)
        for before in ("",) if is_absolute else (origin, base_url):
            if is_below(f"{before}{url}", f"{base_url}/rest"):
                return f"{before}{url}".removeprefix(base_url)
    return None


def _texts(query: Query) -> dict[str, list[str]]:
    return {
        name: [_text(value)] if isinstance(value, str | int) else [_text(member) for member in value]
        for name, value in query.items()
    }


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
