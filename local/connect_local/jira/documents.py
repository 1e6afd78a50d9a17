"""Rich text as Jira keeps it, from plain text and back to it.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from collections.abc import Iterator

from connect_local.jira.entities import Json


def text_of(document: Json) -> str:
    """The words of a document, a line for each of its paragraphs."""
    return "\n".join("".join(_words(paragraph)) for paragraph in document.get("content", []))


def document_of(text: str) -> Json:
    """A document with a paragraph for each line."""
    return {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
            for line in text.splitlines()
        ],
    }


def as_webhooks_have_it(value: Json) -> Json:
    """A value with each document in it as text: a webhook's payload is of version 2 of the REST API."""
    if isinstance(value, dict):
        if value.get("type") == "doc" and isinstance(value.get("content"), list):
            return text_of(value)
        return {name: as_webhooks_have_it(member) for name, member in value.items()}
    return [as_webhooks_have_it(item) for item in value] if isinstance(value, list) else value


def _words(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        yield str(node.get("text", ""))
        for inner in node.get("content", []):
            yield from _words(inner)
