"""Code that the app's reactions, jobs, pages and calls share: yours, and empty as it comes.

`functions.jira_calls` and `functions.pages` import it as `shared`; the other functions do not have it. It may
import `connect_jira`, `connect_jwt`, and the packages of group `app` in pyproject.toml.
"""
