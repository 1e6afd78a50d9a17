"""Each place where `@atlassian/atlassian-jwt` hashes otherwise. Ours is what Jira's Java code computes."""

import pytest

from connect_jwt.canonical import canonical_request, split_url
from tests.interop.peers import NodePeer
from tests.node import NodeFailed


def theirs_and_ours(npm_peer: NodePeer, url: str, base_url: str = "") -> tuple[str, str]:
    return npm_peer.canonical("GET", url, base_url), canonical_request("GET", *split_url(url, base_url))


def test_it_sorts_names_as_they_are_and_java_as_they_are_encoded(npm_peer: NodePeer) -> None:
    theirs, ours = theirs_and_ours(npm_peer, "/a?a[0]=1&a.b=2&a=3")
    assert theirs == "GET&/a&a=3&a.b=2&a%5B0%5D=1"
    assert ours == "GET&/a&a=3&a%5B0%5D=1&a.b=2"


def test_so_names_that_are_not_ascii_come_last_with_it_and_first_with_java(npm_peer: NodePeer) -> None:
    theirs, ours = theirs_and_ours(npm_peer, "/a?%C3%A9=1&z=2")
    assert theirs == "GET&/a&z=2&%C3%A9=1"
    assert ours == "GET&/a&%C3%A9=1&z=2"


def test_it_drops_a_parameter_that_javascript_has_a_use_for(npm_peer: NodePeer) -> None:
    theirs, ours = theirs_and_ours(npm_peer, "/a?__proto__=1&b=2")
    assert theirs == "GET&/a&b=2"
    assert ours == "GET&/a&__proto__=1&b=2"


def test_it_hashes_a_parameter_without_a_name_which_java_skips(npm_peer: NodePeer) -> None:
    theirs, ours = theirs_and_ours(npm_peer, "/a?=v&b=2")
    assert theirs == "GET&/a&=v&b=2"
    assert ours == "GET&/a&b=2"


def test_it_cuts_a_base_path_off_in_the_middle_of_a_name(npm_peer: NodePeer) -> None:
    theirs, ours = theirs_and_ours(npm_peer, "/wikipedia", "https://site.atlassian.net/wiki")
    assert theirs == "GET&/pedia&"
    assert ours == "GET&/wikipedia&"


def test_node_reads_no_more_than_1000_parameters(npm_peer: NodePeer) -> None:
    query = "&".join(f"a{number}=1" for number in range(1001))
    theirs, ours = theirs_and_ours(npm_peer, f"/a?{query}")
    assert (theirs.count("="), ours.count("=")) == (1000, 1001)


@pytest.mark.parametrize(
    ("path", "theirs"),
    [("/it's", "/it%27s"), ("/{a}", "/%7Ba%7D"), ("/a b", "/a%20b"), ("/a\\b", "/a/b")],
    ids=["apostrophe", "braces", "space", "backslash"],
)
def test_node_rewrites_what_is_in_a_path_before_it_is_hashed(
    npm_peer: NodePeer, path: str, theirs: str
) -> None:
    site = "https://site.atlassian.net"
    assert theirs_and_ours(npm_peer, site + path, site) == (f"GET&{theirs}&", f"GET&{path}&")


def test_node_does_so_in_a_path_alone_only_when_there_is_an_at_sign(npm_peer: NodePeer) -> None:
    assert theirs_and_ours(npm_peer, "/it's") == ("GET&/it's&", "GET&/it's&")
    assert theirs_and_ours(npm_peer, "/it's@") == ("GET&/it%27s@&", "GET&/it's@&")


def test_it_fails_where_java_writes_a_question_mark(npm_peer: NodePeer) -> None:
    with pytest.raises(NodeFailed, match="URI malformed"):
        npm_peer.canonical("GET", "/a?b=\ud800")
    assert canonical_request("GET", "/a", "b=\ud800") == "GET&/a&b=%3F"
