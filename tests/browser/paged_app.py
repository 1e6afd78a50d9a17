"""An app whose pages use all.js, to be framed by the laptop's Jira."""

from html import escape
from urllib.parse import urlsplit

from tests.laptop.fake_app import FakeApp

GENERAL, ADMIN = "Main page", "Settings"
PAGES = {"/main", "/settings", "/panel", "/context", "/project", "/dialog"}
_MODULES = {
    "generalPages": [{"key": "main", "name": {"value": GENERAL}, "url": "/main?view=a%20b"}],
    "adminPages": [{"key": "settings", "name": {"value": ADMIN}, "url": "/settings"}],
}
_PAGE = """<!doctype html><html lang="en"><head><title>App</title><link rel="icon" href="data:,">
<script src="{all_js}" data-options="{options}"></script>
<style>.ac-content {{ display: flow-root }}
html {{ background: #ffffff; color: #222222 }}
html[data-color-mode="dark"] {{ background: #222222; color: #ffffff }}</style></head>
<body><div class="ac-content"><main><h1>Hello from the app</h1><p id="said"></p></main></div>
<script>AP.theming.initializeTheming();</script></body></html>"""


class PagedApp(FakeApp):
    """Notes the URLs that its pages were loaded by."""

    def __init__(self) -> None:
        super().__init__()
        self.all_js_url = ""
        self.options = ""
        self.loaded: list[str] = []
        self.descriptor["modules"] |= _MODULES

    def get(self, target: str, authorization: str) -> tuple[str, bytes] | None:
        if urlsplit(target).path not in PAGES:
            return super().get(target, authorization)
        self.loaded.append(target)
        page = _PAGE.format(all_js=escape(self.all_js_url), options=escape(self.options))
        return "text/html; charset=utf-8", page.encode()
