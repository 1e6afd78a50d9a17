"""Safe and idempotent HTTP methods.

https://www.rfc-editor.org/rfc/rfc9110#section-9.2
"""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Safe methods: they change nothing."""

IDEMPOTENT = READING | {"PUT", "DELETE"}
"""Methods whose repetition does no harm."""
