"""Multipart bodies: files for Jira, such as attachments.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
"""

from dataclasses import dataclass, field

from urllib3.filepost import encode_multipart_formdata

NO_XSRF_CHECK = {"X-Atlassian-Token": "no-check"}
"""Without this header Jira's XSRF check refuses uploads."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file.

    Attributes:
        filename: its name
        content: its bytes
        content_type: of the content
        name: the name of its field; Jira wants `file`
    """

    filename: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"
    name: str = "file"


@dataclass(frozen=True, slots=True)
class Multipart:
    """Files to be sent with one call, as its body."""

    parts: tuple[FilePart, ...]

    def encoded(self) -> tuple[bytes, str]:
        """Return the body, and its Content-Type."""
        return encode_multipart_formdata(
            [(part.name, (part.filename, part.content, part.content_type)) for part in self.parts]
        )
