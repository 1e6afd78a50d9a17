"""Answers the calls of pages, `/api/…`, by the functions that are registered for them."""

import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger

from connect_jira.app.call_bodies import MAX_BODY_BYTES, BodyInvalid, read_body
from connect_jira.app.pages import ApiRequest, Call, Pages, Refused
from connect_jira.app.permission_checks import AccessDenied, check_permission, report_unproved
from connect_jira.app.site import Enqueuing, Site, work_name
from connect_jira.app.unserved import Unserved
from connect_jira.auth.page_requests import PageRequest
from connect_jira.data.errors import DataChanged
from connect_jira.errors import OutOfTime, UserUnproved
from connect_jira.events.app_work import AppWork
from connect_jira.jira.errors import JiraError, JiraResponseUnusable
from connect_jira.metrics import count
from connect_jira.web.cross_origin import preflight_response
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response, json_response
from connect_jwt.errors import ConnectError

API = "/api/"

_MAX_PARAMETERS = 100

_logger = Logger(child=True)


class ApiCalls:
    """The calls of an app.

    Args:
        pages: the registered ones
        send: puts work on the queue, for `Site.enqueue`
    """

    def __init__(self, pages: Pages, *, send: Callable[[AppWork], None]) -> None:
        self._pages = pages
        self._send = send
        self._unserved = Unserved()

    def answer(
        self, request: GatewayRequest, authenticate: Callable[[GatewayRequest], PageRequest]
    ) -> Response:
        """Answer a request below `/api/`.

        Args:
            request: the request
            authenticate: verifies its proof; what it raises is not caught
        """
        if request.method == "OPTIONS":
            return preflight_response({call.method for call in self._pages.all_calls()})
        path = request.path.removeprefix(API)
        found = self._pages.find_call(request.method, path)
        if found is None:
            self._unserved.call(request.method, path)
            return empty_response(HTTPStatus.NOT_FOUND)
        return self._answer_proved(*found, request, authenticate(request))

    def _answer_proved(
        self, call: Call, parts: Mapping[str, str], request: GatewayRequest, proved: PageRequest
    ) -> Response:
        """Answer a call whose proof holds.

        The response is 400, 413 or 415 if the request is not declared by the call; 403 if the user may not,
        or is not proved and has to be; 409 if somebody else has changed an entry of `site.data`; 502 if a
        call to Jira fails, or returns something unexpected; 503 if Jira cannot be asked for permissions; and
        500 if the function raises anything else.

        Args:
            call: the registered one
            parts: of its path
            request: the request
            proved: the same, with its proof

        Raises:
            ConnectError: nothing can be said just now
        """
        try:
            return _json(self._answered(call, parts, request, proved))
        except ConnectError as error:
            status = _status(error)
            if status is None:
                raise
            if isinstance(error, UserUnproved):
                report_unproved(error, proved, used=str(call))
            message = {"message": error.message} if isinstance(error, Refused) and error.message else {}
            return json_response(status, {"reason": error.reason, **message})
        except Exception:
            count("OwnCodeFailed", service="all")
            _logger.exception("Call failed", extra={"used": str(call), "clientKey": proved.client_key})
            return empty_response(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _answered(
        self, call: Call, parts: Mapping[str, str], request: GatewayRequest, proved: PageRequest
    ) -> Any:  # noqa: ANN401 - any JSON value
        query = _parameters(request.query)
        body = _body(call, request)
        name = call.allowed.named_by
        checked = check_permission(
            call.allowed,
            proved,
            used=str(call),
            named=(parts.get(name) or getattr(body, name)) if name else None,
        )
        asked = ApiRequest(
            body=body,
            user=proved.account_id,
            context=proved.context,
            checked=checked,
            path=parts,
            query=query,
            asks_jira=proved.permissions,
            installed=proved.installation,
        )
        return call.function(asked, self._site(proved))

    def _site(self, proved: PageRequest) -> Site:
        enqueuing = Enqueuing(name_of=work_name, send=self._send, cause=f"call {uuid.uuid4()}", depth=0)
        return Site(proved.client_key, proved.jira, proved.kept, enqueuing)


def _json(value: object) -> Response:
    answer = json_response(HTTPStatus.OK, value)
    try:
        answer["body"].encode()
    except UnicodeEncodeError:  # Jira's JSON may hold an unpaired surrogate, which no response can
        return json_response(HTTPStatus.BAD_GATEWAY, {"reason": JiraResponseUnusable.REASON})
    return answer


def _status(error: ConnectError) -> int | None:
    match error:
        case Refused() | AccessDenied():
            return error.status
        case UserUnproved():
            return HTTPStatus.FORBIDDEN
        case DataChanged():
            return HTTPStatus.CONFLICT
        case JiraError() | OutOfTime():
            return HTTPStatus.BAD_GATEWAY
        case _:
            return None


def _parameters(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except ValueError as malformed:
        raise Refused(HTTPStatus.BAD_REQUEST, "query-malformed") from malformed
    parameters = dict(pairs)
    if len(parameters) < len(pairs):
        raise Refused(HTTPStatus.BAD_REQUEST, "query-parameter-twice")
    return parameters


def _body(call: Call, request: GatewayRequest) -> Any:  # noqa: ANN401 - declared by the call
    if call.read_body is None:
        if request.body:
            raise Refused(HTTPStatus.BAD_REQUEST, "body-unexpected")
        return None
    if len(request.body) > MAX_BODY_BYTES:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large")
    if not _is_json(request.headers.get("content-type", "")):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-type-not-json")
    try:
        return read_body(request.body, call.read_body)
    except BodyInvalid as invalid:
        raise Refused(HTTPStatus.BAD_REQUEST, "body-invalid", str(invalid)) from invalid


def _is_json(content_type: str) -> bool:
    kind, _, parameters = content_type.lower().partition(";")
    return kind.strip() == "application/json" and parameters.strip() in {"", "charset=utf-8"}
