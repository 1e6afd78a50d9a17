"""Names and keyboard stops that the pages of the theme lack, by the rules of Deque's axe."""

_LANDMARKS = {
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Site">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
}


def accessible(html: str) -> str:
    """A page whose code can be scrolled by the keyboard, and whose side columns have names."""
    for nameless, named in _LANDMARKS.items():
        html = html.replace(nameless, named)
    return html.replace("<pre>", '<pre tabindex="0">')
