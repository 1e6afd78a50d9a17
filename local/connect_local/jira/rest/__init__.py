"""The part of Jira's REST API that the laptop's Jira has.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Router

from connect_local.jira.editor import Editor
from connect_local.jira.rest.about import About
from connect_local.jira.rest.addons import Addons
from connect_local.jira.rest.answers import render_error
from connect_local.jira.rest.comments import Comments
from connect_local.jira.rest.issues import Issues
from connect_local.jira.rest.permissions import Permissions
from connect_local.jira.rest.projects import Projects
from connect_local.jira.rest.properties import Properties
from connect_local.jira.rest.search import Search
from connect_local.jira.rest.transitions import Transitions
from connect_local.jira.rest.users import Users
from connect_local.jira.site import Site


def rest_api(site: Site, editor: Editor) -> Starlette:
    """The application behind the gate."""
    resources = (
        About(site),
        Projects(site),
        Search(site),
        Issues(site, editor),
        Comments(site, editor),
        Transitions(site, editor),
        Properties(site),
        Permissions(site),
        Users(site),
    )
    routes = [route for resource in resources for route in resource.routes()]
    return Starlette(
        routes=[
            Mount("/rest/api/3", app=Router(routes, redirect_slashes=False)),
            Mount("/rest/atlassian-connect/1", app=Addons(site).application()),
        ],
        exception_handlers={HTTPException: render_error},
    )
