"""The laptop's Jira for people: plain HTML, rendered here, that works without a script wherever it can.

- `connect_local.jira.pages.application`: all pages as one ASGI application
- `connect_local.jira.pages.guard`: what keeps other websites' hands off them, and off the controls
- `connect_local.jira.pages.visits`: one request for a page, and who makes it
- `connect_local.jira.pages.view`: turns values into HTML; `.notices` says what came of a click
- `.start`, `.issues`, `.apps`, `.app_pages`, `.calls`, `.faults`, `.preferences`: the pages, by subject
- `connect_local.jira.pages.words`: what happened, in plain words
- `templates/`, and `static/` with the stand-in for Atlassian's all.js
"""
