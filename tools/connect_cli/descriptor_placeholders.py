"""Placeholders in a descriptor, filled in by the framework that serves it: `{{localBaseUrl}}`.

https://bitbucket.org/atlassian/atlassian-connect-express and
https://bitbucket.org/atlassian/atlassian-connect-spring-boot, where any property of the app can be one
"""

import re

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{.*?\}")
_OWN = {"{{baseUrl}}", "{{keySuffix}}", "{{nameSuffix}}"}
_EXPRESS = {"{{localBaseUrl}}", "{{environment}}", "{{appKey}}"}


def first_placeholder(value: object) -> str | None:
    """The first placeholder in a member of a descriptor; None when there is none."""
    found = _PLACEHOLDER.search(value) if isinstance(value, str) else None
    return found[0] if found else None


def described(placeholder: str) -> str:
    """A placeholder and whose it is, as part of a sentence."""
    if placeholder in _OWN:
        return f"{placeholder}, a placeholder of this project"
    if placeholder in _EXPRESS:
        return f"{placeholder}, a placeholder of Express (atlassian-connect-express)"
    if placeholder.startswith("$"):
        return f"{placeholder}, a placeholder of Spring Boot (atlassian-connect-spring-boot)"
    return f"{placeholder}, a placeholder"
