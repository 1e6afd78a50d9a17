"""The Content-Security-Policy of each page: nothing is loaded from, or sent to, another host.

A static host sends no header for it, so it is in the page. The theme's own short scripts are allowed by their
hashes. https://www.w3.org/TR/CSP3/
"""

import base64
import hashlib
import re

_INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HEAD = "<head>"


def with_policy(html: str) -> str:
    """A page with its policy.

    Raises:
        ValueError: it has no head
    """
    before, head, after = html.partition(_HEAD)
    if not head:
        raise ValueError("a page without a head")
    return f"{before}{head}{_meta(html)}{after}"


def _meta(html: str) -> str:
    scripts = sorted({_hash(script) for script in _INLINE.findall(html) if script.strip()})
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", "'unsafe-inline'"],  # of the theme, and of the diagrams that mermaid draws
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
    content = "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())
    return f'<meta http-equiv="Content-Security-Policy" content="{content}">'


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
