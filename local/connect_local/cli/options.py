"""Types of options that several commands have."""

import click

METHOD = click.Choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"], case_sensitive=False)
PORT = click.IntRange(0, 65535)
