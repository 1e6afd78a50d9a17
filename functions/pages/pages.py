"""The pages of the app, and the calls that their scripts make. This is the file to make your own.

A page is a file in `templates`, a script in `static`, and one line here. See docs/pages.md.
"""

from connect_jira.app.pages import Pages
from connect_jira.app.permissions import administers_jira, everybody
from functions.pages import connection, greeting

pages = Pages(greeting.pages, connection.pages)

pages.page("hello-world", template="hello-world.html", allowed=everybody)
pages.page("connection", template="connection.html", allowed=administers_jira)
