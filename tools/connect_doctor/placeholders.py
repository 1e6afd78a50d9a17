"""A token that is only a name: `$TOKEN` in a command that was typed, `{{jwt}}` in one from Postman."""

import re
from dataclasses import replace

from connect_doctor.unusable import BadInput
from connect_jwt.diagnosis import Evidence

_NAME = r"(?:\$\{?\w+\}?|\$\(.*\)|`.*`|\{\{.*?\}\}|<[^>]*>|%\w+%)"
_HEADER = re.compile(rf"((?:\w+\s+)?){_NAME}", re.DOTALL)
_PARAMETER = re.compile(rf"(?<=[?&]jwt=){_NAME}")
_HOST = re.compile(r"\A(?:https?://)?(?:\$\{?\w+\}?|\{\{\w+\}\}|%\w+%)(?=/)")


def without_placeholders(request: Evidence, token: str | None) -> Evidence:
    """The request with its token in the place that was kept for it, and without the name of its host.

    Args:
        request: as it was typed or exported
        token: the token, when it was given apart from the request

    Raises:
        BadInput: the token is but a name, or there is a second one
    """
    url = _HOST.sub("", request.url or "") or None
    authorization = request.header("Authorization")
    in_header = _HEADER.fullmatch(authorization or "")
    in_url = _PARAMETER.search(url or "")
    if (in_header or in_url) and token is None:
        raise BadInput("the token is a variable there, and what it stands for is not: add --token")
    if in_header:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
        return replace(request, url=url, headers=headers | {"Authorization": f"{in_header[1]}{token}"})
    if in_url:
        return replace(request, url=_PARAMETER.sub(lambda _: token or "", url or ""))
    if token is not None and (request.token or authorization or "jwt=" in (url or "")):
        raise BadInput("the request has a token of its own: leave out --token")
    return replace(request, url=url, token=token or request.token)
