"""The canonical request: method, path and query, each in the one way in which both sides hash it."""

from urllib.parse import quote, unquote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connect_jwt.canonical import canonical_request, query_string_hash, relative_path, split_url

DOCUMENTED_QUERY = "zee_last=param&repeated=parameter 1&first=param&repeated=parameter 2"


def test_the_documented_example() -> None:
    assert canonical_request("get", "/path/to/service", DOCUMENTED_QUERY) == (
        "GET&/path/to/service&first=param&repeated=parameter%201,parameter%202&zee_last=param"
    )


def test_the_documented_hash_of_the_root() -> None:
    assert query_string_hash("GET", "/", "") == (
        "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239"
    )


@pytest.mark.parametrize("method", ["GET", "get", "Get"])
def test_the_method_is_in_upper_case(method: str) -> None:
    assert canonical_request(method, "/test", "") == "GET&/test&"


PATHS = {
    "": "/",
    "/": "/",
    "//": "/",
    "/test": "/test",
    "test": "/test",
    "/test/": "/test",
    "test/": "/test",
    "/test//": "/test/",
    "//test": "//test",
    "/a&b": "/a%26b",
    "/a&b&": "/a%26b%26",
    "/a%26b": "/a%26b",
    "/a%2fb": "/a%2fb",
    "/a b+c": "/a b+c",
    "/caf\u00e9": "/caf\u00e9",
    "/a;v=1": "/a;v=1",
    "/path!$'()*+,;=-._~": "/path!$'()*+,;=-._~",
    "/a/./b/../c": "/a/./b/../c",
    "/Test": "/Test",
}


@pytest.mark.parametrize(("path", "canonical"), PATHS.items(), ids=map(repr, PATHS))
def test_of_a_path_only_the_ampersand_is_encoded(path: str, canonical: str) -> None:
    assert canonical_request("GET", path, "") == f"GET&{canonical}&"


QUERIES = {
    # names and values that are not there
    "": "",
    "a": "a=",
    "a=": "a=",
    "a&b=foo&c": "a=&b=foo&c=",
    "=v": "",
    "=": "",
    "=v&a=1": "a=1",
    "&&a=1&&": "a=1",
    "a=&a=1&a": "a=,,1",
    # where a name ends
    "a=b=c": "a=b%3Dc",
    "a==": "a=%3D",
    "a?b=1": "a%3Fb=1",
    "a=1;b=2": "a=1%3Bb%3D2",
    # decoded as a form, encoded as RFC 3986 says
    "a=some+spaces": "a=some%20spaces",
    "a=1%2B1": "a=1%2B1",
    "a=*": "a=%2A",
    "a=%2A": "a=%2A",
    "a=~": "a=~",
    "a=%7E": "a=~",
    "a=-._~": "a=-._~",
    "a=!'()": "a=%21%27%28%29",
    "a=/:@,": "a=%2F%3A%40%2C",
    "a=%c3%a9": "a=%C3%A9",
    "a=\u00e9": "a=%C3%A9",
    "a=%F0%9F%98%80": "a=%F0%9F%98%80",
    "a=%00": "a=%00",
    "a=\n": "a=%0A",
    "a+b=1": "a%20b=1",
    "%61=1": "a=1",
    "a=%2526": "a=%2526",
    # escapes that are none
    "a=%": "a=%25",
    "a=%zz": "a=%25zz",
    "a=100%": "a=100%25",
    "a=%4": "a=%254",
    "%zz=1": "%25zz=1",
    "a=%ff": "a=%EF%BF%BD",
    "a=\ud800": "a=%3F",
    # the token's own parameter, by exactly that name
    "jwt=x.y.z": "",
    "jwt": "",
    "a=1&jwt=x&b=2&jwt=y": "a=1&b=2",
    "%6Awt=x&j%77%74=x": "",
    "JWT=x&Jwt=y": "JWT=x&Jwt=y",
    "jwt2=x&xjwt=y": "jwt2=x&xjwt=y",
    "a=jwt": "a=jwt",
    # one entry for a name, its commas the only ones that are not encoded
    "a=1,2&a=3": "a=1%2C2,3",
    "a=2&%61=1": "a=1,2",
    "A=1&a=2": "A=1&a=2",
    # names that mean something elsewhere
    "__proto__=1&constructor=2": "__proto__=1&constructor=2",
    "a[]=1&a[]=2": "a%5B%5D=1,2",
}


@pytest.mark.parametrize(("query", "canonical"), QUERIES.items(), ids=map(repr, QUERIES))
def test_a_query_is_read_as_a_form_and_written_in_one_way(query: str, canonical: str) -> None:
    assert canonical_request("GET", "/test", query) == f"GET&/test&{canonical}"


ORDERS = {
    "names by themselves": ("b=1&a10=2&a1=3&B=4", "B=4&a1=3&a10=2&b=1"),
    "one name the beginning of others": ("a.=3&a-=2&a=1", "a=1&a-=2&a.=3"),
    "names as encoded: % comes before every letter and dot": (
        "a.b=1&a[0]=2&a-b=3&a1=4&a=5",
        "a=5&a%5B0%5D=2&a-b=3&a.b=1&a1=4",
    ),
    "names that are not ASCII come before those that are": ("z=1&%C3%A9=2&~=3", "%C3%A9=2&z=1&~=3"),
    "names beyond the BMP, by their UTF-8": (
        "%F0%90%80%80=2&%EF%BF%BD=1",
        "%EF%BF%BD=1&%F0%90%80%80=2",
    ),
    "a space in a name": ("a!=2&a+b=1", "a%20b=1&a%21=2"),
    "values as they are, not as encoded": ("a=:1&a=:2&a=.1&a=.2", "a=.1,.2,%3A1,%3A2"),
    "values by character, not by number": ("a=10&a=9&a=-1", "a=-1,10,9"),
    "values in upper case first": ("a=b&a=B&a=a&a=A", "a=A,B,a,b"),
    "a space before a plus before a tilde": ("a=~&a=%2B&a=+&a=", "a=,%20,%2B,~"),
    "values that are not ASCII after those that are": ("a=%C3%A9&a=z&a=%7F", "a=z,%7F,%C3%A9"),
    "values by UTF-16 unit: beyond the BMP before U+E000 and after": (
        "a=%EE%80%80&a=%F0%90%80%80&a=%EF%BF%BD&a=%ED%9F%BF",
        "a=%ED%9F%BF,%F0%90%80%80,%EE%80%80,%EF%BF%BD",
    ),
}


@pytest.mark.parametrize(("query", "canonical"), ORDERS.values(), ids=ORDERS)
def test_the_order_is_javas(query: str, canonical: str) -> None:
    assert canonical_request("GET", "/test", query) == f"GET&/test&{canonical}"


PIECES = st.sampled_from(
    [*"aZ09-._~+ *%é😀", *(f"%{byte:02X}" for byte in range(256)), "%c3%a9", "%ED%A0%80"]
)


@settings(deadline=None)
@given(st.lists(PIECES).map("".join))
@example("%E0%80%80")  # a character in more bytes than it needs
@example("%C0%AF")
@example("%ED%9F%BF%EE%80%80")
def test_however_a_value_is_encoded_it_is_decoded_and_encoded_again(value: str) -> None:
    again = quote(unquote_plus(value), safe="-._~")
    assert canonical_request("GET", "/", f"a={value}") == f"GET&/&a={again}"
    assert canonical_request("GET", "/", f"a{value}=") == f"GET&/&a{again}="


@settings(deadline=None)
@given(st.lists(st.lists(PIECES, max_size=4).map("".join)))
def test_however_values_are_encoded_they_are_sorted_as_what_they_mean(values: list[str]) -> None:
    meant = sorted(map(unquote_plus, values), key=lambda value: value.encode("utf-16-be"))
    canonical = canonical_request("GET", "/", "&".join(f"a={value}" for value in values))
    assert canonical.removeprefix("GET&/&") == (
        f"a={','.join(quote(value, safe='-._~') for value in meant)}" if values else ""
    )


ALREADY_ENCODED = st.sampled_from(["a", ".", "%20", "%3A", "%C3%A9", "%EF%BF%BD", "%F0%90%80%80"])


@settings(deadline=None)
@given(st.lists(st.lists(ALREADY_ENCODED).map("".join), min_size=1))
@example(["%EF%BF%BD", "%F0%90%80%80"])  # beyond the BMP before U+FFFD
def test_a_parameter_that_is_not_yet_encoded_changes_nothing_of_the_others(values: list[str]) -> None:
    query = "&".join(f"a={value}" for value in values)
    alone = canonical_request("GET", "/", query)
    assert canonical_request("GET", "/", f"{query}&b=*") == f"{alone}&b=%2A"


def test_where_the_documentation_is_wrong_about_the_order_of_values() -> None:
    """It says "by percent-encoded value"; Atlassian's vector `Multi-value II` has them as they are."""
    documented_order, true_order = "ids=%3A1,%3A2,.1,.2", "ids=.1,.2,%3A1,%3A2"
    canonical = canonical_request("GET", "/test", "ids=.1&ids=.2&ids=%3A1&ids=%3A2")
    assert canonical == f"GET&/test&{true_order}"
    assert canonical != f"GET&/test&{documented_order}"


def test_text_that_has_no_utf_8_is_still_hashed() -> None:
    """As Java encodes it: a question mark for each lone surrogate."""
    assert query_string_hash("GET", "/\ud800", "") == query_string_hash("GET", "/?", "")


BASE_PATHS = {
    "no base path": ("/rest", "", "/rest"),
    "a slash is none": ("/rest", "/", "/rest"),
    "below": ("/wiki/rest", "/wiki", "/rest"),
    "below, with a slash": ("/wiki/rest", "/wiki/", "/rest"),
    "the base path itself": ("/wiki", "/wiki", ""),
    "the base path and a slash": ("/wiki/", "/wiki", "/"),
    "only its beginning": ("/wikipedia", "/wiki", "/wikipedia"),
    "twice": ("/wiki/wiki/a", "/wiki", "/wiki/a"),
    "in the middle": ("/a/wiki/b", "/wiki", "/a/wiki/b"),
    "another case": ("/Wiki/rest", "/wiki", "/Wiki/rest"),
    "of two segments": ("/prod/app/page", "/prod/app", "/page"),
}


@pytest.mark.parametrize(("path", "base_path", "relative"), BASE_PATHS.values(), ids=BASE_PATHS)
def test_the_base_path_ends_at_a_slash(path: str, base_path: str, relative: str) -> None:
    assert relative_path(path, base_path) == relative


URLS = {
    "absolute": ("https://x.example/rest?a=1", "https://x.example", ("/rest", "a=1")),
    "absolute, below a path": ("https://x.example/wiki/rest?a=1", "https://x.example/wiki", ("/rest", "a=1")),
    "a path": ("/rest?a=1", "", ("/rest", "a=1")),
    "no path": ("https://x.example", "https://x.example", ("", "")),
    "a query on no path": ("https://x.example?a=1", "https://x.example", ("", "a=1")),
    "an empty query": ("/rest?", "", ("/rest", "")),
    "a second question mark": ("/rest?a=?", "", ("/rest", "a=?")),
    "a fragment": ("/rest?a=1#b?c", "", ("/rest", "a=1")),
    "escapes stay as they are": ("/a%20b%2Fc?d=%2B+", "", ("/a%20b%2Fc", "d=%2B+")),
    "a path with parameters": ("/a;v=1/b;w", "", ("/a;v=1/b;w", "")),
}


@pytest.mark.parametrize(("url", "base_url", "parts"), URLS.values(), ids=URLS)
def test_a_url_is_split_and_nothing_in_it_changed(url: str, base_url: str, parts: tuple[str, str]) -> None:
    assert split_url(url, base_url) == parts
