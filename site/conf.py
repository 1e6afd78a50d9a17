"""Settings of Sphinx for the site.

https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Connect Lambda"
html_title = project
extensions = ["myst_parser"]
myst_enable_extensions = ["linkify"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

smartquotes = False

html_theme = "furo"
html_theme_options: dict[str, list[str]] = {"top_of_page_buttons": []}
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["site.css"]
html_js_files = [("diagrams.js", {"type": "module"})]
html_favicon = "../tools/connect_doctor/web/icon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "doctor.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}


def setup(app: Sphinx) -> None:
    """Take a diagram's source for text; the page draws it."""
    app.add_lexer("mermaid", TextLexer)
