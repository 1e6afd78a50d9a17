"""The canonical request and its hash, the `qsh` claim that binds a token to one request.

The rules are those of Atlassian's Java code, which Jira runs, and they pass Atlassian's interoperability
vectors. They differ from the documentation in one place: repeated values are sorted before encoding, not
after it.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/#qsh
"""

import hashlib
import hmac
import re
from binascii import a2b_qp
from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

_UNRESERVED = "-._~"  # letters and digits are never encoded by quote
_PATH_CHARACTERS = "/%:@!$&'()*+,;=~-._"
_AS_IT_SHOULD_BE = re.compile(
    r"""(?: [A-Za-z0-9._~&=-]++                                                 # never encoded, or between
          | %(?:[01][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])            # all else of ASCII
          | %(?:C[2-9A-F]|D[0-9A-F])%[89AB][0-9A-F]                             # two bytes of UTF-8
          | %E[1-9A-CEF]%[89AB][0-9A-F]%[89AB][0-9A-F]                          # most of what has three
        )*+""",
    re.VERBOSE,
)
_TOKEN_PARAMETER = "jwt"  # noqa: S105 - a parameter's name: the token cannot hash itself


def canonical_request(method: str, path: str, query: str) -> str:
    """Return `METHOD&path&query`, from which both sides compute the hash.

    Args:
        method: the HTTP method, in any case
        path: below the base URL, percent-encoded or not, as the receiver sees it
        query: the query string verbatim, without its `?`
    """
    return f"{method.upper()}&{_canonical_path(path)}&{_canonical_query(query)}"


def query_string_hash(method: str, path: str, query: str) -> str:
    """Return the `qsh` claim: 64 lower-case hex characters. Arguments as for `canonical_request`."""
    return hash_of(canonical_request(method, path, query))


def url_hash(method: str, url: str, base_url: str) -> str:
    """Return the `qsh` claim of a request to a URL; arguments as for `split_url`."""
    return query_string_hash(method, *split_url(url, base_url))


def is_hash_of_received(claimed: str, method: str, path: str, query: str) -> bool:
    """Return whether a `qsh` claim is the hash of a received request, in constant time.

    Args:
        claimed: the claim
        method: the HTTP method
        path: below the base URL, in any of the forms of `received_paths`
        query: the query string verbatim
    """
    hashes = (query_string_hash(method, each, query) for each in received_paths(path))
    comparable = claimed.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(comparable, expected.encode()) for expected in hashes)


def hash_of(canonical: str) -> str:
    """Hash a canonical request: 64 lower-case hex characters."""
    return hashlib.sha256(canonical.encode(errors="replace")).hexdigest()


def split_url(url: str, base_url: str = "") -> tuple[str, str]:
    """Return the path and the query of a URL, as they are hashed.

    Args:
        url: an absolute URL, or a path with or without a query
        base_url: the site's or the app's base URL; its path, if any, is not hashed
    """
    parts = urlsplit(url)
    return relative_path(parts.path, urlsplit(base_url).path), parts.query


def relative_path(path: str, base_path: str) -> str:
    """Return `path` below `base_path`; unchanged if it does not lie below it (`/a` is not above `/ab`)."""
    base_path = base_path.rstrip("/")
    if base_path and (path == base_path or path.startswith(f"{base_path}/")):
        return path[len(base_path) :]
    return path


def encoded_path(path: str) -> str:
    """Percent-encode a path; existing escapes stay."""
    return quote(path, safe=_PATH_CHARACTERS, errors="replace")


def received_paths(path: str) -> list[str]:
    """Return the forms in which the sender may have hashed a received path: verbatim, encoded, decoded.

    An HTTP API hands over decoded paths, other gateways do not; senders differ likewise.
    """
    return list(dict.fromkeys((path, encoded_path(path), unquote(path))))


def _canonical_path(path: str) -> str:
    path = path.removesuffix("/").replace("&", "%26")
    return path if path.startswith("/") else f"/{path}"


def _canonical_query(query: str) -> str:
    query = query.replace("+", "%20")
    # one match of the whole is cheaper than one per parameter; it misses only a `=` in a value
    encoded, order = (str, _utf_8) if _AS_IT_SHOULD_BE.fullmatch(query) else (_encoded, _utf_16)
    values_by_name: dict[str, list[str]] = {}
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        name = encoded(name)
        if name and name != _TOKEN_PARAMETER:
            values_by_name.setdefault(name, []).append(value.replace("=", "%3D"))
    names = sorted(values_by_name)
    return "&".join([f"{name}={_joined(values_by_name[name], encoded, order)}" for name in names])


def _joined(values: list[str], encoded: Callable[[str], str], order: Callable[[str], bytes]) -> str:
    if len(values) > 1:
        values = sorted(values, key=order)
    return ",".join(map(encoded, values))


def _encoded(text: str) -> str:
    """Encode a name or a value of a query as the hash wants it. Most already are."""
    if _AS_IT_SHOULD_BE.fullmatch(text):
        return text
    return quote(unquote(text), safe=_UNRESERVED, errors="replace")


def _utf_16(value: str) -> bytes:
    """Java compares strings by UTF-16 unit; beyond the BMP that differs from Python's order."""
    return unquote(value).encode("utf-16-be", "surrogatepass")


def _utf_8(value: str) -> bytes:
    """The same order for ordinary text: nothing beyond the BMP, and only plain escapes."""
    return a2b_qp(value.replace("%", "="))
