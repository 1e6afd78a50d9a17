"""`connect forge manifest`."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click

from connect_cli.descriptor_placeholders import described, first_placeholder
from connect_cli.errors import CommandError
from connect_cli.inputs import as_usage_error, file_text
from connect_doctor.unusable import parsed_json
from connect_jira.descriptor import at_stage
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.file import ManifestFile
from connect_tools.forge.manifest import manifest_of
from connect_tools.forge.placeholders import with_member
from connect_tools.project import PROJECT

DESCRIPTOR = PROJECT / "descriptor" / "atlassian-connect.json"
STDOUT = "-"

_APP_ID = re.compile(r"ari:cloud:ecosystem::app/[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of the command, by name."""

    base_url: str | None
    key: str | None
    app_id: str | None
    stage: str
    descriptor: str | None
    output: str
    force: bool


def run(options: Options) -> None:
    """Write or renew the manifest, and on stderr a line for whatever of the descriptor is not in it.

    Raises:
        click.UsageError: an option is wrong, or one is missing
        CommandError: there is no manifest to be written
    """
    if options.app_id is not None and not _APP_ID.fullmatch(options.app_id):
        raise click.UsageError("--app-id is the app's ARI, such as ari:cloud:ecosystem::app/<uuid>")
    file = None if options.output == STDOUT else ManifestFile(options.output, force=options.force)
    try:
        descriptor = _descriptor(options)
        manifest = manifest_of(
            descriptor,
            app_id=options.app_id or (file and file.app_id) or UNREGISTERED,
            taken_keys=file.owners_keys if file else (),
        )
        if file is None:
            click.echo(manifest.to_yaml(), nl=False)
        of_file = file.write(manifest) if file else []
    except RecursionError as nested:
        raise CommandError("the descriptor is nested too deeply") from nested
    for note in (*manifest.notes, *(f"{options.output}: {note}" for note in of_file)):
        click.echo(note, err=True)


@as_usage_error()
def _descriptor(options: Options) -> dict[str, Any]:
    path = options.descriptor or str(DESCRIPTOR)
    document = parsed_json(file_text(path, "--descriptor"), path)
    if not isinstance(document, dict):
        raise CommandError(f"{path} is no descriptor: it is not a JSON object")
    descriptor = at_stage(document, options.stage)
    if options.base_url is not None:
        base_url = _checked_base_url(options.base_url, "--base-url")
        descriptor = with_member(descriptor, "baseUrl", base_url)
    if options.key is not None:
        descriptor = with_member(descriptor, "key", options.key)
    for member, option in (("baseUrl", "--base-url"), ("key", "--key")):
        if placeholder := first_placeholder(descriptor.get(member)):
            raise click.UsageError(
                f"the descriptor's {member} has {described(placeholder)}: give it as {option}"
            )
    if isinstance(descriptor.get("baseUrl"), str):
        descriptor["baseUrl"] = _checked_base_url(descriptor["baseUrl"], "the descriptor's baseUrl")
    return descriptor


def _checked_base_url(base_url: str, name: str) -> str:
    try:
        url = urlsplit(base_url)
        is_plain = url.scheme == "https" and url.hostname and not url.username and not url.query
    except ValueError:
        is_plain = False
    if not is_plain or "#" in base_url:
        raise click.UsageError(
            f"{name} must be an https URL with nothing but a host and a path: give one as --base-url"
        )
    return base_url.rstrip("/")
