"""`connect qsh` and `connect sign`: what a token is made of."""

import json
import time
from urllib.parse import SplitResult, urlsplit

import click

from connect_cli.options import METHOD
from connect_jwt.canonical import canonical_request, query_string_hash, split_url
from connect_jwt.identity import AppKey, SharedSecret
from connect_jwt.signing import SigningIdentity, sign_request


@click.command()
@click.argument("method", type=METHOD)
@click.argument("url")
@click.option("--base-url", default="", metavar="URL", help="Whose path is no part of the hash.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def qsh(method: str, url: str, base_url: str, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """The canonical request of METHOD URL, and its hash."""
    _parsed(url)
    if base_url:
        _parsed(base_url)
    path, query = split_url(url, base_url)
    canonical, digest = canonical_request(method, path, query), query_string_hash(method, path, query)
    if as_json:
        click.echo(json.dumps({"canonical": canonical, "qsh": digest}))
    else:
        click.echo(f"{canonical}\n{digest}")


@click.command()
@click.argument("method", type=METHOD)
@click.argument("url")
@click.option("--app-key", required=True, metavar="KEY", help="The descriptor's key; it becomes iss.")
@click.option(
    "--secret", required=True, metavar="SECRET", help="The sharedSecret, or - to read it from stdin."
)
@click.option("--base-url", metavar="URL", help="The site's base URL; its path is no part of the hash.")
def sign(method: str, url: str, app_key: str, secret: str, base_url: str | None) -> None:
    """A token for METHOD URL on stdout, valid for three minutes."""
    from connect_cli.inputs import Inputs, as_usage_error  # noqa: PLC0415 - for this command only

    with as_usage_error():
        secret = Inputs().secret(secret)
    parts = _parsed(url)
    if base_url:
        _parsed(base_url)
    else:
        base_url = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "https://site.invalid"
    identity = SigningIdentity(app_key=AppKey(app_key), base_url=base_url, shared_secret=SharedSecret(secret))
    target = url if parts.netloc else f"{base_url.rstrip('/')}{url}"  # a token does not name its host
    click.echo(sign_request(identity, method, target, now=time.time()))


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as malformed:
        raise click.UsageError(f"not a URL: {malformed}") from malformed
    if not parts.netloc and not url.startswith("/"):
        raise click.UsageError("give an absolute URL, or a path that begins with a slash")
    return parts
