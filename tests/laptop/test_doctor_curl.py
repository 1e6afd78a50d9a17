"""curl commands as browsers, Postman and people write them."""

from typing import Any

import pytest

from connect_doctor.curl import is_curl, read_curl
from connect_doctor.unusable import BadInput

URL = "https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x"

CHROME = r"""curl 'https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x' \
  -X 'PUT' \
  -H 'accept: */*' \
  -H 'authorization: JWT a.b.c' \
  -H 'content-type: application/json' \
  -b 'cloud.session=1; other=2' \
  --data-raw $'{"summary":"It\'s \u00fc\n\ud83d\ude00"}' \
  --compressed \
  --insecure"""
CHROME_CMD = """curl ^"https://site.atlassian.net/rest/api/3/issue?a=1^&b=^%^20x^" ^
  -X ^"PUT^" ^
  -H ^"accept: */*^" ^
  -H ^"authorization: JWT a.b.c^" ^
  -H ^"content-type: application/json^" ^
  --data-raw ^"^{^\\^"a^\\^":^\\^"x^|y^\\^"^}^" ^
  --compressed"""
OLD_CHROME_CMD = """curl "https://site.atlassian.net/rest/api/3/issue?a=1&b="^%"20x" ^
  -X PUT -H "authorization: JWT a.b.c" -H "content-type: application/json" --data-raw "{\\"a\\":1}\""""
FIREFOX = r"""curl 'https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x' --compressed \
  -X PUT -H 'User-Agent: Mozilla/5.0 (X11)' -H 'Authorization: JWT a.b.c' \
  -H 'Content-Type: application/json' --data-raw '{"a":1}'"""
FIREFOX_CMD = """curl ^"https://site.atlassian.net/rest/api/3/issue?a=1^&b=^%20x^" ^
  --compressed ^
  -X PUT ^
  -H ^"Authorization: JWT a.b.c^" ^
  -H ^"Content-Type: application/json^" ^
  --data-raw ^"{}^\""""
POSTMAN = r"""curl --location --request PUT 'https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x' \
--header 'Authorization: JWT a.b.c' \
--header 'Content-Type: application/json' \
--data '{
    "a": 1
}'"""
TYPED = """$ curl -sSLk -XPUT -HAuthorization:\\ JWT\\ a.b.c -H "Content-Type: application/json" \\
    -d {} "https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x" | jq . """
POWERSHELL = """PS C:\\work> curl.exe -X PUT "https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x" `
  -H "Authorization: JWT a.b.c" `
  -H "Content-Type: application/json" -d '{}'"""
WITHOUT_BACKSLASHES = """curl 'https://site.atlassian.net/rest/api/3/issue?a=1&b=%20x'
  -X PUT   # the method
  -H 'authorization: JWT a.b.c'
  -H 'content-type: application/json' -d {}"""


@pytest.mark.parametrize(
    ("source", "command"),
    {
        "chrome": CHROME,
        "chrome-cmd": CHROME_CMD,
        "old-chrome-cmd": OLD_CHROME_CMD,
        "firefox": FIREFOX,
        "firefox-cmd": FIREFOX_CMD,
        "postman": POSTMAN,
        "typed": TYPED,
        "powershell": POWERSHELL,
        "without-backslashes": WITHOUT_BACKSLASHES,
    }.items(),
)
def test_every_kind_of_export_is_the_same_request(source: str, command: str) -> None:
    assert is_curl(command), source
    request = read_curl(command)
    assert request.method == "PUT"
    assert request.url == URL
    assert request.header("Authorization") == "JWT a.b.c"
    assert request.header("Content-Type") == "application/json"
    assert request.body is not None


def test_quotes_are_taken_off_the_body() -> None:
    assert read_curl(CHROME).body == '{"summary":"It\'s ü\n😀"}'
    assert read_curl(CHROME_CMD).body == '{"a":"x|y"}'
    assert read_curl(OLD_CHROME_CMD).body == '{"a":1}'


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl https://h/", {"method": "GET", "url": "https://h/", "body": None, "headers": {}}),
        ("curl -I https://h/", {"method": "HEAD"}),
        ("curl --url https://h/ -o https://out", {"url": "https://h/"}),
        ("curl h.atlassian.net/x", {"url": "https://h.atlassian.net/x"}),
        ("curl localhost:2990/x", {"url": "http://localhost:2990/x"}),
        ("curl https://h/x#fragment", {"url": "https://h/x"}),
        ("curl -d a=1 -d b=2 https://h/", {"method": "POST", "body": "a=1&b=2", "headers": FORM}),
        ("curl -d @secrets.txt https://h/", {"method": "POST", "body": None, "headers": FORM}),
        ("curl --data-raw @x https://h/", {"body": "@x"}),
        (
            "curl --data-urlencode 'q=a b&c' --data-urlencode '=d e' --data-urlencode f*g https://h/",
            {"body": "q=a+b%26c&d+e&f%2Ag"},
        ),
        ("curl -G -d a=1 --data-urlencode 'j=x y' 'https://h/?z=0'", {"url": "https://h/?z=0&a=1&j=x+y"}),
        ("curl -Gd a=1 https://h/", {"method": "GET", "body": None, "headers": {}}),
        ("curl --url-query 'a=b c' --url-query +d=%20 https://h/", {"url": "https://h/?a=b+c&d=%20"}),
        ("curl --json '{}' https://h/", {"method": "POST", "headers": {"Content-Type": "application/json"}}),
        ("curl -F a=@b https://h/", {"method": "POST", "headers": {"Content-Type": "multipart/form-data"}}),
        ("curl -T file https://h/", {"method": "PUT", "headers": {}}),
        ("curl -H 'content-type: text/plain' -d x https://h/", {"headers": {"content-type": "text/plain"}}),
        ("curl -H 'X;' -H 'Accept:' https://h/", {"headers": {}}),
        ("curl -H 'A: 1' -H 'a: 2' https://h/", {"headers": {"A": "1, 2"}}),
        ("curl --oauth2-bearer T https://h/", {"headers": {"Authorization": "Bearer T"}}),
        ("curl -u me:pw https://h/", {"headers": {"Authorization": "Basic credentials"}}),
        ("curl -u me:pw -H 'Authorization: JWT x' https://h/", {"headers": {"Authorization": "JWT x"}}),
        ("curl -H 'Authorization: JWT x' -u me:pw https://h/", {"headers": {"Authorization": "JWT x"}}),
        ("curl --some-new-option value https://h/", {"url": "https://h/"}),
        ("curl --some-new-flag https://h/", {"url": "https://h/"}),
        ("curl --proxy http://p:1 -e https://referer -A agent https://h/", {"url": "https://h/"}),
        ("curl https://h/?a=1&b=2", {"url": "https://h/?a=1"}),
        ("cd x && /usr/bin/curl https://h/; curl https://i/", {"url": "https://h/"}),
        ("curl https://h/ --next -X PUT https://i/", {"method": "GET", "url": "https://h/"}),
        ('curl "https://h/\\$a\\x"', {"url": "https://h/$a\\x"}),
        (r"curl $'https://h/\x41\101\u41\U41\t\q'", {"url": "https://h/AAAA\tq"}),
        ("curl https://h/ -X", {"method": "GET"}),
        ("curl https://h/ \\", {"url": "https://h/"}),
    ],
)
def test_options_mean_what_they_mean_to_curl(command: str, expected: dict[str, Any]) -> None:
    request = read_curl(command)
    assert {name: getattr(request, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("wget https://h/", "no curl command"),
        ("curl", "no URL"),
        ("curl -X POST", "no URL"),
        ("curl 'https://h/", "never closed"),
        ('curl "https://h/', "never closed"),
        ("curl $'https://h/", "never closed"),
        ('curl ^"https://h/', "never closed"),
    ],
)
def test_what_is_no_whole_command_is_said(command: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_curl(command)


def test_a_megabyte_is_read_in_no_time() -> None:
    assert read_curl(f"curl https://h/ -d '{'x' * 1_000_000}'").url == "https://h/"
    with pytest.raises(BadInput):
        read_curl("curl " + "'" * 1_000_001)
