"""The doctor's page: its files, and its HTML for the place where it is served.

Python answers it: in the browser itself, or at the server that has served it (`connect_doctor.page`).
"""

from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from string import Template

FILES = Path(__file__).parent
"""Folder of the page's scripts, its style and its icon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that serves the page.

    Attributes:
        engine: the script by which it asks Python
        home: URL of the page above it
        home_name: the words of the link to it
        codes: URL of the folder with a page for each code; empty if there is none
        kept: a sentence about the secret, beside its field
        promise: a sentence about all that is pasted
    """

    engine: str
    home: str
    home_name: str
    codes: str = ""
    kept: str
    promise: str


ON_THE_SITE = Place(
    engine="./python.js",
    home="../",
    home_name="Connect Lambda",
    codes="../why-is-it-401/",
    kept="The secret stays in this page and is kept nowhere: not stored, not sent, and in no link.",
    promise="Nothing that you paste leaves this page: it asks nobody, and works without a network.",
)
"""Static files, with Python in the browser."""


def document(place: Place) -> str:
    """The page as HTML."""
    text = (FILES / "index.html").read_text(encoding="utf-8")
    return Template(text).substitute({name: escape(value) for name, value in asdict(place).items()})
