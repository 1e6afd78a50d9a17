"""The `connect` command."""

import json
import sys
import time
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click

from connect_jwt.canonical import canonical_request, query_string_hash, split_url
from connect_jwt.errors import ConnectError
from connect_jwt.identity import AppKey, SharedSecret
from connect_jwt.signing import SigningIdentity, sign_request
from connect_local.errors import LaptopError

_METHOD = click.Choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"], case_sensitive=False)
_PORT = click.IntRange(0, 65535)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def connect() -> None:
    """A Jira app's backend on AWS Lambda: run it here, and see what its tokens are made of."""


@connect.command()
@click.option("--port", type=_PORT, default=3000, show_default=True, help="Where the app is.")
@click.option("--jira-port", type=_PORT, default=2990, show_default=True, help="Where the laptop's Jira is.")
@click.option("--no-jira", is_flag=True, help="Without the laptop's Jira.")
@click.option("--install-keys-url", metavar="URL", help="Trust the install keys of this host.")
@click.option("--forge-jwks-url", metavar="URL", help="Trust the Forge invocation tokens of this key set.")
@click.option(
    "--engine",
    type=click.Choice(["moto", "dynamodb-local"]),
    default="moto",
    show_default=True,
    help="What the table is in.",
)
def up(port: int, jira_port: int, no_jira: bool, **options: Any) -> None:  # noqa: ANN401, FBT001 - click passes options by name
    """Run the stack until Ctrl-C."""
    from connect_local.up import run  # noqa: PLC0415 - `connect qsh` needs no server

    run(port=port, jira_port=None if no_jira else jira_port, **options)


@connect.command()
@click.option("--forge", "by_forge", is_flag=True, help="As an app that Forge delivers, without Connect.")
def demo(by_forge: bool) -> None:  # noqa: FBT001 - as above
    """The main job, narrated: install, event, signed call. Exit 0 only if every step held."""
    from connect_local.demo import run  # noqa: PLC0415 - as above
    from connect_local.forge_demo import ForgeDemo  # noqa: PLC0415 - as above

    sys.exit(0 if run(ForgeDemo if by_forge else None) else 1)


@connect.command()
@click.argument("method", type=_METHOD)
@click.argument("url")
@click.option("--base-url", default="", metavar="URL", help="Whose path is no part of the hash.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def qsh(method: str, url: str, base_url: str, as_json: bool) -> None:  # noqa: FBT001 - as above
    """The canonical request of METHOD URL, and its hash."""
    _parsed(url)
    path, query = split_url(url, base_url)
    canonical, digest = canonical_request(method, path, query), query_string_hash(method, path, query)
    if as_json:
        click.echo(json.dumps({"canonical": canonical, "qsh": digest}))
    else:
        click.echo(f"{canonical}\n{digest}")


@connect.command()
@click.argument("method", type=_METHOD)
@click.argument("url")
@click.option("--app-key", required=True, metavar="KEY", help="The descriptor's key; it becomes iss.")
@click.option(
    "--secret", required=True, metavar="SECRET", help="The sharedSecret, or - to read it from stdin."
)
@click.option("--base-url", metavar="URL", help="The site's base URL; its path is no part of the hash.")
def sign(method: str, url: str, app_key: str, secret: str, base_url: str | None) -> None:
    """A token for METHOD URL on stdout, valid for three minutes."""
    if secret == "-":  # noqa: S105 - stands for stdin
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise click.UsageError("the secret is empty")
    parts = _parsed(url)
    if not base_url:
        base_url = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "https://site.invalid"
    identity = SigningIdentity(app_key=AppKey(app_key), base_url=base_url, shared_secret=SharedSecret(secret))
    target = url if parts.netloc else f"{base_url.rstrip('/')}{url}"  # a token does not name its host
    click.echo(sign_request(identity, method, target, now=time.time()))


@connect.command(no_args_is_help=True)
@click.argument("pasted", nargs=-1, metavar="[TOKEN|-]")
@click.option("--token", metavar="T", help="The token, when the rest comes from elsewhere.")
@click.option("--curl", metavar="FILE|-", help="A curl command.")
@click.option("--har", metavar="FILE|-", help="A HAR file: each request in it that carries a Connect token.")
@click.option("--event", metavar="FILE|-", help="An API Gateway HTTP API event: a request to the app.")
@click.option("--stack", metavar="NAME", help="Ask a deployed app: sign a request as it does, and send it.")
@click.option("--local", is_flag=True, help="Ask the app of a running connect up.")
@click.option("--explain", metavar="CODE", help="All there is to know of a finding's code.")
@click.option("--method", type=_METHOD, metavar="M", help="Of the request.")
@click.option("--url", metavar="U", help="Of the request, as it was sent.")
@click.option("--header", multiple=True, metavar="'Name: value'", help="Of the request; repeatable.")
@click.option("--data", metavar="TEXT", help="The request's body.")
@click.option("--status", type=click.IntRange(100, 599), metavar="N", help="The status of the answer.")
@click.option("--response-body", metavar="FILE|-", help="The body of the answer.")
@click.option("--app-key", metavar="K", help="The descriptor's key.")
@click.option("--client-key", metavar="C", help="The site's clientKey, from its installed payload.")
@click.option("--secret", metavar="S|-", help="The site's sharedSecret, or - to read it from stdin.")
@click.option("--previous-secret", multiple=True, metavar="S", help="One it had before; repeatable.")
@click.option("--base-url", metavar="B", help="Of the receiver: of the site, or of the app.")
@click.option("--descriptor", metavar="FILE|URL", help="Says the app's key, base URL and scopes.")
@click.option(
    "--stage", default="dev", metavar="NAME", show_default=True, help="Of a descriptor with {{keySuffix}}."
)
@click.option("--direction", type=click.Choice(["to-jira", "to-app"]), help="Mostly seen from the rest.")
@click.option(
    "--at", metavar="UNIX|now", help="When the request was made; a HAR or an event knows, else now."
)
@click.option("--port", type=_PORT, default=3000, show_default=True, help="With --local: where the app is.")
@click.option("--jira-port", type=_PORT, default=2990, show_default=True, help="Likewise, its Jira.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object; of several tokens in a HAR, an array."
)
def doctor(**options: Any) -> None:  # noqa: ANN401 - click passes options by name
    """Why is it 401? Give whatever you have; what is missing is said.

    \b
    connect doctor --curl -                     paste the failing curl command, then Ctrl-D
    connect doctor TOKEN --method GET --url URL --app-key KEY
    connect doctor --event event.json           a request that arrived at the app
    connect doctor --stack NAME --client-key C  does the deployed app get through to this site?

    Exit status: 0 when the token is accepted, 1 when it is refused or that is not sure.
    """  # noqa: D301 - click takes the character for: keep these lines
    from connect_local.doctor.command import run  # noqa: PLC0415 - as above
    from connect_local.doctor.options import Options  # noqa: PLC0415 - as above

    sys.exit(0 if run(Options(**options)) else 1)


@connect.group()
def forge() -> None:
    """The app as Atlassian's Forge delivers it."""


@forge.command()
@click.option("--base-url", metavar="URL", help="Where the app is reached; the descriptor may leave it open.")
@click.option("--app-id", metavar="ARI", help="Of the Forge app; else what the output file has of it.")
@click.option("--stage", default="dev", metavar="NAME", show_default=True, help="Whose key the app has.")
@click.option("--descriptor", metavar="FILE", help="Another than the project's own.")
@click.option(
    "--output", default="manifest.yml", metavar="FILE|-", show_default=True, help="Where to write it."
)
def manifest(**options: Any) -> None:  # noqa: ANN401 - as above
    """Write a Forge manifest from the descriptor; stderr says what of it has no place there."""
    from connect_local.forge.command import Options, run  # noqa: PLC0415 - as above

    run(Options(**options))


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as malformed:
        raise click.UsageError(f"not a URL: {malformed}") from malformed
    if not parts.netloc and not url.startswith("/"):
        raise click.UsageError("give an absolute URL, or a path that begins with a slash")
    return parts


def main() -> None:
    """Run the command; whatever is wrong is said in one line."""
    try:
        connect.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as no_arguments:
        no_arguments.show()
        sys.exit(2)
    except click.UsageError as wrong:
        command = wrong.ctx.command_path if wrong.ctx else "connect"
        sentence = " ".join(wrong.format_message().split())
        click.echo(f"{command}: {sentence} (see {command} --help)", err=True)
        sys.exit(2)
    except (LaptopError, ConnectError) as wrong:
        click.echo(f"connect: {wrong}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
