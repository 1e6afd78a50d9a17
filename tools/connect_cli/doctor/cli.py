"""`connect doctor`: why is it 401."""

import sys
from typing import Any

import click

from connect_cli.options import METHOD, PORT


@click.command(no_args_is_help=True)
@click.argument("pasted", nargs=-1, metavar="[TOKEN|-]")
@click.option("--token", metavar="T", help="The token, when the rest comes from elsewhere.")
@click.option("--curl", metavar="FILE|-", help="A curl command.")
@click.option("--har", metavar="FILE|-", help="A HAR file: each request in it that carries a Connect token.")
@click.option("--event", metavar="FILE|-", help="An API Gateway HTTP API event: a request to the app.")
@click.option("--stack", metavar="NAME", help="Ask a deployed app: sign a request as it does, and send it.")
@click.option("--local", is_flag=True, help="Ask the app of a running connect up.")
@click.option("--explain", metavar="CODE", help="All there is to know of a finding's code.")
@click.option("--method", type=METHOD, metavar="M", help="Of the request.")
@click.option("--url", metavar="U", help="Of the request, as it was sent.")
@click.option("--header", multiple=True, metavar="'Name: value'", help="Of the request; repeatable.")
@click.option("--data", metavar="TEXT", help="The request's body.")
@click.option("--status", type=click.IntRange(100, 599), metavar="N", help="The status of the answer.")
@click.option("--response", metavar="FILE|-", help="The answer as curl -i prints it: status, headers, body.")
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
@click.option(
    "--signature-cut-off", is_flag=True, help="Whoever handed the token on took its signature away."
)
@click.option(
    "--key-host",
    metavar="CLOUD|URL",
    help="Ask for the key of a token that Atlassian has signed: of a cloud such as commercial, or a URL.",
)
@click.option("--port", type=PORT, default=3000, show_default=True, help="With --local: where the app is.")
@click.option("--jira-port", type=PORT, default=2990, show_default=True, help="Likewise, its Jira.")
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
    from connect_cli.doctor.command import run  # noqa: PLC0415 - the other commands need no diagnosis
    from connect_cli.doctor.options import Options  # noqa: PLC0415 - as above

    sys.exit(0 if run(Options(**options)) else 1)
