"""A request as text is read, however it was copied."""

import pytest

from connect_doctor.pasted import read_pasted
from connect_doctor.unusable import BadInput
from connect_jwt.diagnosis import Evidence

URL = "https://site.atlassian.net/rest/api/3/myself?a=1"
AUTHORIZATION = "JWT eyJ0eXAiOiJKV1QifQ.eyJpc3MiOiJhIn0.c2lnbmVk"
COPIES = {
    "as it is on the wire": (
        "GET /rest/api/3/myself?a=1 HTTP/1.1\r\nHost: site.atlassian.net\r\n"
        f"Authorization: {AUTHORIZATION}\r\n\r\n"
    ),
    "with the whole URL": f"GET {URL}\nAuthorization: {AUTHORIZATION}\n",
    "the fields of HTTP/2": (
        ":method: GET\n:authority: site.atlassian.net\n:scheme: https\n:path: /rest/api/3/myself?a=1\n"
        f"authorization: {AUTHORIZATION}"
    ),
}


def read(text: str) -> Evidence:
    (request,) = read_pasted(text, base_url=None)
    return request


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_method_url_and_header_are_read(text: str) -> None:
    request = read(text)
    assert (request.method, request.url, request.header("Authorization")) == ("GET", URL, AUTHORIZATION)


def test_a_body_is_read_below_the_headers() -> None:
    request = read(f"POST {URL}\nContent-Type: application/json\n\n{{\n}}")
    assert (request.method, request.header("content-type"), request.body) == (
        "POST",
        "application/json",
        "{\n}",
    )


def test_headers_alone_are_enough() -> None:
    request = read(f"Accept: application/json\nAuthorization: {AUTHORIZATION}")
    assert (request.method, request.url, request.header("Authorization")) == (None, None, AUTHORIZATION)


def test_a_broken_authorization_header_is_still_one() -> None:
    assert read("Authorization: JWT eyJ0eXAi\n  OiJKV1QifQ.eyJpc3MiOiJhIn0.c2ln").headers == {
        "Authorization": "JWT eyJ0eXAi  OiJKV1QifQ.eyJpc3MiOiJhIn0.c2ln"
    }


def test_prose_is_no_request() -> None:
    with pytest.raises(BadInput, match="no token"):
        read("GET me a coffee\nplease")
