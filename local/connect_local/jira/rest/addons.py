"""Calls for the app itself only: its licence and its properties.

https://developer.atlassian.com/platform/marketplace/license-api-for-cloud-apps/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-app-properties/; the server
code of atlassian-connect (`AddonPropertyService`) says that another app's are 404, and that there may be 100.
"""

from http import HTTPStatus
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connect_local.jira.entities import Installation
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.requests import json_body
from connect_local.jira.site import Site

_MAX_KEY, _MAX_VALUE, _MAX_PROPERTIES = 127, 32768, 100
_CLIENT_KEY = "connect_client_key_019cdff3-8bfb-71fe-9628-875b700aebb8"  # reserved: never listed, never set


class Addons:
    """The apps on one site, to themselves."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._api = f"{site.base_url}/rest/atlassian-connect/1"

    def application(self) -> Starlette:
        """The application below the API's path, whose errors are not those of the rest of the API."""
        properties = "/addons/{app}/properties"
        one = f"{properties}/{{property}}"
        application = Starlette(
            routes=[
                Route("/addons/{app}", self.licence),
                Route(properties, self.keys),
                Route(one, self.read),
                Route(one, self.put, methods=["PUT"]),
                Route(one, self.delete, methods=["DELETE"]),
            ],
            exception_handlers={HTTPException: _render_error},
        )
        application.router.redirect_slashes = False
        return application

    async def licence(self, request: Request) -> JSONResponse:
        """The app's state and, if its descriptor asks for licensing, a licence that is in order."""
        app = _own_app(request)
        licence = {"active": True, "type": "DEVELOPER", "evaluation": False}
        return JSONResponse(
            {
                "key": app.descriptor.key,
                "version": app.descriptor.version,
                "state": "ENABLED",
                "host": {
                    "product": "Jira",
                    "contacts": [{"name": self._site.admin.display_name, "email": "admin@example.com"}],
                },
                **({"license": licence} if app.descriptor.is_licensed else {}),
                "links": {"self": [{"href": f"{self._api}/addons/{app.descriptor.key}"}]},
            }
        )

    async def keys(self, request: Request) -> JSONResponse:
        """The keys of the app's properties."""
        app_key = _own_app(request).descriptor.key
        link = f"{self._api}/addons/{app_key}/properties"
        keys = self._site.app_properties(app_key)
        return JSONResponse({"keys": [{"self": f"{link}/{key}", "key": key} for key in keys]})

    async def read(self, request: Request) -> JSONResponse:
        """One property."""
        app, key = _own_app(request), _property_key(request)
        properties = {**self._site.app_properties(app.descriptor.key), _CLIENT_KEY: app.client_key}
        if key not in properties:
            raise _no_property(key)
        return JSONResponse({"key": key, "value": properties[key]})

    async def put(self, request: Request) -> JSONResponse:
        """Set a property, which may be there already."""
        app_key, key = _own_app(request).descriptor.key, _writable_key(request)
        if len((await request.body()).decode(errors="replace")) > _MAX_VALUE:
            message = f"The property value cannot be longer than {_MAX_VALUE} characters."
            raise JiraError(HTTPStatus.BAD_REQUEST, message)
        value = await json_body(request)
        before = self._site.app_properties(app_key)
        if key in before:
            self._site.set_app_property(app_key, key, value)
            return _message(HTTPStatus.OK, "Property updated.")
        if len(before) >= _MAX_PROPERTIES:
            message = (
                f"Maximum number of properties allowed to be stored ({_MAX_PROPERTIES}) has been reached."
            )
            raise JiraError(HTTPStatus.CONFLICT, message)
        self._site.set_app_property(app_key, key, value)
        return _message(HTTPStatus.CREATED, "Property created.")

    async def delete(self, request: Request) -> Response:
        """Remove a property."""
        app_key, key = _own_app(request).descriptor.key, _writable_key(request)
        if not self._site.delete_app_property(app_key, key):
            raise _no_property(key)
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _own_app(request: Request) -> Installation:
    app: Installation = request.state.app
    if request.path_params["app"] != app.descriptor.key:
        raise JiraError(HTTPStatus.NOT_FOUND, "Add-on with this key does not exist.")
    return app


def _property_key(request: Request) -> str:
    key: str = request.path_params["property"]
    if len(key) > _MAX_KEY:
        message = f"The property key cannot be longer than {_MAX_KEY} characters."
        raise JiraError(HTTPStatus.BAD_REQUEST, message)
    return key


def _writable_key(request: Request) -> str:
    key = _property_key(request)
    if key == _CLIENT_KEY:
        raise JiraError(HTTPStatus.BAD_REQUEST, "The property key is reserved.")
    return key


def _no_property(key: str) -> JiraError:
    return JiraError(HTTPStatus.NOT_FOUND, f"Property with key {key} not found.")


def _message(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message, "statusCode": status}, status_code=status)


def _render_error(_: Request, error: Exception) -> JSONResponse:
    error = cast("HTTPException", error)
    messages = error.messages if isinstance(error, JiraError) else ()
    answer = _message(error.status_code, " ".join(messages) or error.detail)
    answer.headers.update(error.headers or {})
    return answer
