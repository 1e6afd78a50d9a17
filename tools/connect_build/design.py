"""Atlassian's design, vendored: makes the CSS of `functions/pages/static` that is Atlassian's own.

The design tokens are on npm as JavaScript strings, each theme below a selector that waits for Jira's theming.
Here they become plain CSS: the light theme for everybody, the dark one where Jira says so, or where nobody
says anything and the browser prefers it. Only the tokens that `app.css` and the reset use are there, since a
page waits for all of them. `make design` runs this; a test compares what is there.
"""

import json
import re
from pathlib import Path

from connect_tools.project import PROJECT

PACKAGES = PROJECT / "tests" / "node_modules" / "@atlaskit"
STATIC = PROJECT / "functions" / "pages" / "static"

_USE = re.compile(r"var\((--ds-[\w-]+)")
_TOKEN = re.compile(r"\s*(--ds-[\w-]+):")
_ALWAYS = ("light", "shape", "spacing", "typography")


def design_files(packages: Path = PACKAGES) -> dict[str, str]:
    """The vendored files by name, made from the npm packages of Atlassian's design system."""
    tokens, reset_package = packages / "tokens", packages / "css-reset"
    reset = (reset_package / "dist" / "bundle.css").read_text(encoding="utf-8")
    used = set(_USE.findall(reset + (STATIC / "app.css").read_text(encoding="utf-8")))
    dark = _declarations(tokens, "dark", used)
    themes = "\n".join(f":root {{{_declarations(tokens, theme, used)}}}" for theme in _ALWAYS)
    return {
        "tokens.css": (
            f"{_origin(tokens)}{themes}\n"
            f'html[data-color-mode="dark"] {{{dark}}}\n'
            f"@media (prefers-color-scheme: dark) {{\nhtml:not([data-color-mode]) {{{dark}}}\n}}\n"
        ),
        "css-reset.css": _origin(reset_package) + reset,
    }


def main() -> None:
    """Write the files."""
    for name, content in design_files().items():
        (STATIC / name).write_text(content, encoding="utf-8")


def _declarations(tokens: Path, theme: str, used: set[str]) -> str:
    module = tokens / "dist" / "esm" / "artifacts" / "themes" / f"atlassian-{theme}.js"
    source = module.read_text(encoding="utf-8")
    css: str = json.loads(source[source.index('"') : source.rindex('"') + 1])
    _, _, declarations = css.partition("{")
    block, _, rest = declarations.partition("}")
    if rest.strip():
        raise ValueError(f"{module.name} has more than one block: Atlassian's format has changed")
    lines = ((line, _TOKEN.match(line)) for line in block.split("\n"))
    return "\n".join(line for line, token in lines if token is None or token[1] in used)


def _origin(package: Path) -> str:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return f"/* {about['name']} {about['version']}, {about['author']}, {about['license']} */\n"


if __name__ == "__main__":
    main()
