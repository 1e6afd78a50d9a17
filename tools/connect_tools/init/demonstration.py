"""The demonstration that the repository comes with: some pages and reactions, and how they are taken away."""

import ast
from pathlib import Path

from connect_cli.errors import CommandError
from connect_tools.init.members import modules, without

FILES = (
    "functions/pages/connection.py",
    "functions/pages/greeting.py",
    "functions/pages/static/connection.js",
    "functions/pages/static/hello-world.js",
    "functions/pages/templates/connection.html",
    "functions/pages/templates/hello-world.html",
    "tests/app/test_new_issue.py",
    "tests/app/test_pages.py",
)
"""Its own files."""

REGISTRATIONS = {
    "functions/jira_calls/reactions.py": (
        "from connect_jira.app.reactions import Reactions\n\nreactions = Reactions()\n"
    ),
    "functions/pages/pages.py": "from connect_jira.app.pages import Pages\n\npages = Pages()\n",
}
"""The files that register it, and their code without it."""

_NAMES = {"connection", "greeting", "issue_created"}
"""The functions and modules that it registers."""

_URLS = {"/pages/connection", "/pages/hello-world", "/webhooks/issue_created"}


def is_in(folder: Path) -> bool:
    """Return whether a repository still has it."""
    return (folder / FILES[0]).exists()


def without_registrations(file: str, text: str) -> str:
    """Return the text of a file that registers nothing; the same if there is more than the demonstration.

    Raises:
        CommandError: it is no Python
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as malformed:
        raise CommandError(f"is malformed in line {malformed.lineno}") from malformed
    if not _registered(tree) <= _NAMES or not ast.get_docstring(tree):
        return text
    docstring = "".join(text.splitlines(keepends=True)[: tree.body[0].end_lineno])
    return f"{docstring}\n{REGISTRATIONS[file]}"


def without_modules(descriptor: str) -> str:
    """Return the descriptor without the modules of the demonstration.

    Raises:
        CommandError: it is malformed
    """
    while paths := [path for path, url in modules(descriptor) if url in _URLS]:
        descriptor = without(descriptor, paths[0])
    return descriptor


def _registered(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name):
                names.add(name)
            case ast.ImportFrom(module=str(module), names=imported) if module.startswith("functions."):
                names |= {one.name for one in imported}
    return names
