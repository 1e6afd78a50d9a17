"""Ways to get the hash wrong that lie in what is put together, in the body, or in how the hash is written."""

import base64
import hashlib
import hmac
from collections.abc import Callable

from tests.unit.diagnosis.hash_faults import PATH, SEARCH, HashFault, WithBody
from tests.unit.diagnosis.signed import SITE_URL
from tests.unit.jwt.handmade import SECRET

_JSON = '{"jql": "a = b", "maxResults": 5, "fields": ["x", "y"], "deep": {"z": true}, "nothing": null}'
_COMPACT = '{"a":1,"b":"x y"}'


def posted(hashed: str, body: str, *, sent: str = "", content_type: str = "application/json") -> WithBody:
    """A POST whose body was hashed."""
    url = f"{SEARCH}?{sent}" if sent else SEARCH
    right = f"POST&{PATH}&{sent}"
    return WithBody(
        "qsh-body-hashed",
        url,
        f"POST&{PATH}&{hashed}",
        right,
        method="POST",
        body=body,
        content_type=content_type,
    )


BODIES = {
    "the fields": posted("a=1&b=x%20y", _COMPACT),
    "the fields with the query": posted("a=1&b=x%20y&q=7", _COMPACT, sent="q=7"),
    "the fields as they come, with the query": posted("q=7&a=1&b=x+y", _COMPACT, sent="q=7"),
    "what JavaScript makes of them": posted(
        "deep=%5Bobject%20Object%5D&fields=x%2Cy&jql=a%20%3D%20b&maxResults=5&nothing=null", _JSON
    ),
    "what Python makes of them": posted(
        "deep=%7B%27z%27%3A%20True%7D&fields=%5B%27x%27%2C%20%27y%27%5D&jql=a%20%3D%20b&maxResults=5&nothing=None",
        _JSON,
    ),
    "what PHP makes of them": posted("a%5Bb%5D=1&a%5Bc%5D=2", '{"a": {"b": 1, "c": 2}}'),
    "the text": posted(_COMPACT, _COMPACT),
    "the text, encoded": posted("%7B%22a%22%3A1%7D", '{"a":1}'),
    "the text behind the query": posted(f"q=7&{_COMPACT}", _COMPACT, sent="q=7"),
    "the text, written anew": posted('{"a":1,"b":2}', '{ "b": 2, "a": 1 }'),
    "its hash": posted(hashlib.sha256(_COMPACT.encode()).hexdigest(), _COMPACT),
    "a form in a PUT": WithBody(
        "qsh-body-hashed",
        SEARCH,
        f"PUT&{PATH}&a=1",
        f"PUT&{PATH}&",
        method="PUT",
        body="a=1",
        content_type="application/x-www-form-urlencoded",
    ),
}

_CODE = "qsh-separators"
SEPARATORS = {
    **{
        name: HashFault(_CODE, f"{SEARCH}?b=2&a=1", hashed, f"GET&{PATH}&a=1&b=2")
        for name, hashed in {
            "a question mark": f"GET&{PATH}?a=1&b=2",
            "a question mark before the query": f"GET&{PATH}&?a=1&b=2",
            "an ampersand at the end": f"GET&{PATH}&a=1&b=2&",
            "a line break at the end": f"GET&{PATH}&a=1&b=2\n",
            "blanks": f"GET {PATH} a=1&b=2",
            "a blank and a question mark": f"GET {PATH}?a=1&b=2",
            "line breaks": f"GET\n{PATH}\na=1&b=2",
            "nothing": f"GET{PATH}a=1&b=2",
            "no ampersand before the query": f"GET&{PATH}a=1&b=2",
            "without the method": f"{PATH}&a=1&b=2",
            "the address alone": f"{PATH}?a=1&b=2",
            "the query alone": "a=1&b=2",
            "encoded ampersands": f"GET%26{PATH}%26a=1&b=2",
            "HTML's ampersands": f"GET&amp;{PATH}&amp;a=1&b=2",
            "colons": f"GET:{PATH}:a=1&b=2",
        }.items()
    },
    "no ampersand at the end": HashFault(_CODE, SEARCH, f"GET&{PATH}", f"GET&{PATH}&"),
    "the address as it is sent": HashFault(
        _CODE, f"{SEARCH}?b=2&a=1", f"GET&{PATH}?b=2&a=1", f"GET&{PATH}&a=1&b=2"
    ),
    "the address as a path": HashFault(
        _CODE, f"{SEARCH}?a=1&b=2", f"GET&{PATH}?a=1%26b=2&", f"GET&{PATH}&a=1&b=2"
    ),
    "all in small letters": HashFault(
        "qsh-letter-case", f"{SITE_URL}/rest/DEMO-1", "get&/rest/demo-1&", "GET&/rest/DEMO-1&"
    ),
}


PARTS = {
    **{
        f"{name}, which was not set": HashFault(
            "qsh-part-missing", f"{SEARCH}?a=1", hashed, f"GET&{PATH}&a=1"
        )
        for name, hashed in {
            "JavaScript's method": f"undefined&{PATH}&a=1",
            "Python's method": f"None&{PATH}&a=1",
            "the method": f"&{PATH}&a=1",
            "the path": "GET&&a=1",
            "the path of the root": "GET&/&a=1",
            "JavaScript's path": "GET&undefined&a=1",
            "JavaScript's query": f"GET&{PATH}&undefined",
            "Java's query": f"GET&{PATH}&null",
        }.items()
    },
    "another version of the API": HashFault(
        "qsh-other-version", f"{SEARCH}?a=1", "GET&/rest/api/2/search&a=1", f"GET&{PATH}&a=1"
    ),
    "the latest version of the API": HashFault(
        "qsh-other-version", SEARCH, "GET&/rest/api/latest/search&", f"GET&{PATH}&"
    ),
    "the resource alone": HashFault("qsh-context-path", SEARCH, "GET&/search&", f"GET&{PATH}&"),
    "the host with two slashes": HashFault(
        "qsh-full-url", SEARCH, f"GET&//site.atlassian.net{PATH}&", f"GET&{PATH}&"
    ),
    "the address, encoded": HashFault(
        "qsh-full-url",
        SEARCH,
        "GET&https%3A%2F%2Fsite.atlassian.net%2Frest%2Fapi%2F3%2Fsearch&",
        f"GET&{PATH}&",
    ),
    "the URL and nothing else": HashFault(
        "qsh-full-url", f"{SEARCH}?b=1&a=2", f"{SEARCH}?b=1&a=2", f"GET&{PATH}&a=2&b=1"
    ),
    "the method and the URL": HashFault(
        "qsh-full-url", f"{SEARCH}?b=1&a=2", f"GET {SEARCH}?b=1&a=2", f"GET&{PATH}&a=2&b=1"
    ),
    "the request's first line": HashFault(
        _CODE, f"{SEARCH}?b=1&a=2", f"GET {PATH}?b=1&a=2 HTTP/1.1", f"GET&{PATH}&a=2&b=1"
    ),
    "what a client adds": HashFault("qsh-query-missing", SEARCH, f"GET&{PATH}&maxResults=50", f"GET&{PATH}&"),
    "jwt, which was not set": HashFault(
        "qsh-jwt-parameter-included", f"{SEARCH}?a=1", f"GET&{PATH}&a=1&jwt=undefined", f"GET&{PATH}&a=1"
    ),
}


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


SPELLINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "in capitals": ("qsh-not-hex", lambda text: _sha256(text).hex().upper()),
    "in base64": ("qsh-not-hex", lambda text: _base64(_sha256(text))),
    "in base64 without its padding": ("qsh-not-hex", lambda text: _base64(_sha256(text)).rstrip("=")),
    "in base64url": ("qsh-not-hex", lambda text: base64.urlsafe_b64encode(_sha256(text)).decode()),
    "in base64 of hex": ("qsh-not-hex", lambda text: _base64(_sha256(text).hex().encode())),
    "with 0x": ("qsh-not-hex", lambda text: f"0x{_sha256(text).hex()}"),
    "with its name": ("qsh-not-hex", lambda text: f"sha256={_sha256(text).hex()}"),
    "with quotes": ("qsh-not-hex", lambda text: f'"{_sha256(text).hex()}"'),
    "as Python prints bytes": ("qsh-not-hex", lambda text: f"b'{_sha256(text).hex()}'"),
    "with a line break": ("qsh-not-hex", lambda text: f"{_sha256(text).hex()}\n"),
    "cut off": ("qsh-not-hex", lambda text: _sha256(text).hex()[:40]),
    "SHA-1": (
        "qsh-not-hex qsh-other-digest",
        lambda text: hashlib.new("sha1", text.encode(), usedforsecurity=False).hexdigest(),
    ),
    "MD5": (
        "qsh-not-hex qsh-other-digest",
        lambda text: hashlib.new("md5", text.encode(), usedforsecurity=False).hexdigest(),
    ),
    "SHA-512": ("qsh-not-hex qsh-other-digest", lambda text: hashlib.sha512(text.encode()).hexdigest()),
    "SHA-384 in base64": (
        "qsh-not-hex qsh-other-digest",
        lambda text: _base64(hashlib.sha384(text.encode()).digest()),
    ),
    "SHA3-256": ("qsh-other-digest", lambda text: hashlib.sha3_256(text.encode()).hexdigest()),
    "twice": ("qsh-other-digest", lambda text: _sha256(_sha256(text).hex()).hex()),
    "HMAC": (
        "qsh-other-digest",
        lambda text: hmac.digest(SECRET.encode(), text.encode(), "sha256").hex(),
    ),
    "of UTF-16": ("qsh-other-digest", lambda text: hashlib.sha256(text.encode("utf-16-le")).hexdigest()),
    "not hashed": ("qsh-not-hashed", str),
    "text of no kind": ("qsh-not-hex", lambda _: "to be done"),
    "empty": ("qsh-not-hex", lambda _: ""),
}
HASH_FORMS = {
    **{f"body: {name}": fault for name, fault in BODIES.items()},
    **{f"separators: {name}": fault for name, fault in SEPARATORS.items()},
    **{f"parts: {name}": fault for name, fault in PARTS.items()},
}
