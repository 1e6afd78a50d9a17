"""Options that several commands have."""

import click

METHOD = click.Choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"], case_sensitive=False)
PORT = click.IntRange(0, 65535)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
