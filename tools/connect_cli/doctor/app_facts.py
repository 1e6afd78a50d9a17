"""Facts about the app from a descriptor: this project's file, with its placeholders, or any other."""

from dataclasses import dataclass

from connect_cli.descriptor_placeholders import described, first_placeholder
from connect_cli.inputs import STDIN, fetched, file_text
from connect_cli.plugins import for_doctor
from connect_doctor.unusable import BadInput, parsed_json


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFacts:
    """Known facts about the app.

    Attributes:
        key: its key
        base_url: of the app
        scopes: of the app
    """

    key: str | None = None
    base_url: str | None = None
    scopes: tuple[str, ...] | None = None


def read_descriptor(source: str, *, stage: str, app_key: str | None = None) -> AppFacts:
    """The facts in a descriptor.

    Args:
        source: a file or a URL
        stage: that the key is for, if the file is one for all stages
        app_key: the app's key, when it is known; a descriptor may leave it to the framework that serves it

    Raises:
        BadInput: it is no descriptor, or the key is left open and not known
    """
    is_url = source.startswith(("http://", "https://"))
    if source == STDIN:
        raise BadInput("--descriptor is given as a file or a URL")
    text = fetched(source) if is_url else file_text(source, "--descriptor")
    descriptor = parsed_json(text, "the descriptor")
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("key"), str):
        raise BadInput("that is no descriptor: it has no key")
    filled = {name: descriptor.get(name) for name in ("key", "baseUrl")}
    if at_stage := for_doctor("descriptor"):
        filled = at_stage(filled, stage)
    key, base_url, scopes = filled["key"], filled["baseUrl"], descriptor.get("scopes")
    placeholder = first_placeholder(key)
    if placeholder and app_key is None:
        raise BadInput(f"the descriptor's key has {described(placeholder)}: give the key as --app-key")
    return AppFacts(
        key=app_key if placeholder else key,
        base_url=base_url if isinstance(base_url, str) and not first_placeholder(base_url) else None,
        scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else None,
    )
