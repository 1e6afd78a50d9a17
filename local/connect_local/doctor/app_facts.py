"""What a descriptor says of the app: the file of this project, with its placeholders, or any other."""

import json
from dataclasses import dataclass

from connect_jira.descriptor import load_descriptor
from connect_local.doctor.inputs import STDIN, BadInput, fetched, file_text, parsed_json


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFacts:
    """What is known of the app.

    Attributes:
        key: its key
        base_url: where it is reached
        scopes: what it may do
    """

    key: str | None = None
    base_url: str | None = None
    scopes: tuple[str, ...] | None = None


def read_descriptor(source: str, *, stage: str) -> AppFacts:
    """The facts in a descriptor.

    Args:
        source: a file or a URL
        stage: whose key it is, when the file is one for all stages

    Raises:
        BadInput: it is no descriptor
    """
    is_url = source.startswith(("http://", "https://"))
    if source == STDIN:
        raise BadInput("--descriptor is given as a file or a URL")
    text = fetched(source) if is_url else file_text(source, "--descriptor")
    descriptor = parsed_json(text, "the descriptor")
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("key"), str):
        raise BadInput("that is no descriptor: it has no key")
    if "{{" in json.dumps(descriptor) and not is_url:
        descriptor = load_descriptor({"DESCRIPTOR_PATH": source, "STAGE": stage})
    base_url, scopes = descriptor.get("baseUrl"), descriptor.get("scopes")
    return AppFacts(
        key=descriptor["key"],
        base_url=base_url if isinstance(base_url, str) and "{{" not in base_url else None,
        scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else None,
    )
