"""Base URLs that a site may have."""

from dataclasses import replace

import pytest

from connect_jira.errors import PayloadRefused
from connect_jira.installations.site_urls import check_site_url
from connect_jira.settings import AppSettings


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://site.atlassian.net", "https://site.atlassian.net"),
        ("https://site.atlassian.net/", "https://site.atlassian.net"),
        ("https://old.jira.com", "https://old.jira.com"),
        ("https://a-b.eu.atlassian.net", "https://a-b.eu.atlassian.net"),
        ("https://site.atlassian.net/wiki", "https://site.atlassian.net/wiki"),
    ],
)
def test_a_site_of_the_cloud_is_taken(app: AppSettings, given: str, kept: str) -> None:
    assert check_site_url(given, app) == kept


@pytest.mark.parametrize(
    "base_url",
    [
        "http://site.atlassian.net",
        "https://evil.example.com",
        "https://site.atlassian.net.evil.example.com",
        "https://evilatlassian.net",
        "https://atlassian.net",
        "https://.atlassian.net",
        "https://user@site.atlassian.net",
        "https://user:password@site.atlassian.net",
        "https://site.atlassian.net@evil.example.com",
        "https://evil.example.com\\@site.atlassian.net",
        "https://evil.example.com/.atlassian.net",
        "https://evil.example.com#.atlassian.net",
        "https://evil.example.com?.atlassian.net",
        "https://site.atlassian.net:443",
        "https://site.atlassian.net:8443",
        "https://site.atlassian.net?x=1",
        "https://site.atlassian.net#x",
        "https://site.atlassian.net/../x",
        "https://site.atlassian.net//",
        "https://site.atlassian.net\n",
        " https://site.atlassian.net",
        "https://site\t.atlassian.net",
        "https://SITE.atlassian.net",
        "https://sité.atlassian.net",
        "https://site。atlassian.net",
        "https://[::1].atlassian.net",
        "https://[",
        "ftp://site.atlassian.net",
        "//site.atlassian.net",
        "site.atlassian.net",
        "javascript:alert(1)//.atlassian.net",
        "https://site.jira-dev.com",
        "",
    ],
)
def test_anything_else_is_refused(app: AppSettings, base_url: str) -> None:
    with pytest.raises(PayloadRefused, match="base-url-refused"):
        check_site_url(base_url, app)


LAPTOP = "http://localhost:2990"


@pytest.mark.parametrize("below", ["", "/", "/sites/acme", "/sites/acme/", "/a-b_C9"])
def test_one_more_site_can_be_named_and_those_below_it(app: AppSettings, below: str) -> None:
    laptop = replace(app, extra_site_url=LAPTOP)
    assert check_site_url(f"{LAPTOP}{below}", laptop) == f"{LAPTOP}{below}".removesuffix("/")


@pytest.mark.parametrize("base_url", [LAPTOP, "http://localhost:2991/sites/acme"])
def test_several_more_sites_can_be_named(app: AppSettings, base_url: str) -> None:
    two = replace(app, extra_site_url=f"{LAPTOP},http://localhost:2991")
    assert check_site_url(base_url, two) == base_url
    with pytest.raises(PayloadRefused):
        check_site_url(f"{LAPTOP},http://localhost:2991", two)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://localhost:2991",
        "http://localhost:29900",
        "http://localhost:2990.evil",
        "http://localhost:2990.evil.example.com/sites/acme",
        "http://localhost:2990@evil.example.com",
        "http://localhost:2990:80@evil.example.com/x",
        "http://user@localhost:2990/sites/acme",
        "http://localhost:2990acme",
        "http://localhost:2990/sites/../x",
        "http://localhost:2990/sites/./x",
        "http://localhost:2990/..",
        "http://localhost:2990//evil.example.com",
        "http://localhost:2990/sites//acme",
        "http://localhost:2990/sites/acme//",
        "http://localhost:2990\\evil.example.com",
        "http://localhost:2990/sites\\acme",
        "http://localhost:2990/sites%2Facme",
        "http://localhost:2990/sites/%2e%2e/x",
        "http://localhost:2990?x=1",
        "http://localhost:2990/sites/acme?x=1",
        "http://localhost:2990/sites/acme#x",
        "http://localhost:2990/sites/acme;x",
        "http://localhost:2990/sites/acmé",
        "http://localhost:2990/sites/acme\n",
        "http://localhost:2990/sites/ac me",
        "https://localhost:2990/sites/acme",
        "HTTP://localhost:2990/sites/acme",
        "",
        "/",
        "/sites/acme",
    ],
)
def test_what_only_looks_like_one_below_is_refused(app: AppSettings, base_url: str) -> None:
    with pytest.raises(PayloadRefused, match="base-url-refused"):
        check_site_url(base_url, replace(app, extra_site_url=LAPTOP))


def test_without_one_more_site_there_is_none_below_it(app: AppSettings) -> None:
    with pytest.raises(PayloadRefused, match="base-url-refused"):
        check_site_url("/sites/acme", replace(app, extra_site_url=""))
