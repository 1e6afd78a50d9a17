"""`connect init`: the repository becomes an app of one's own."""

import click


@click.command()
@click.option(
    "--key", required=True, help="The app's key, such as com.acme.due-dates. Sites know it by that."
)
@click.option("--name", required=True, help="The app's name, such as 'Due Dates'. People see it.")
@click.option("--vendor", required=True, help="Your name, or your company's.")
@click.option("--vendor-url", metavar="URL", help="Your website.")
@click.option("--without-demo", is_flag=True, help="Take the demonstration away: its pages and its reaction.")
def init(*, key: str, name: str, vendor: str, vendor_url: str | None, without_demo: bool) -> None:
    """Give the app a key, a name and a vendor, wherever they stand in the repository.

    The rest of each file stays as it is. Run it again to give it others.
    """
    from connect_tools.init.command import make_own  # noqa: PLC0415 - yaml is slow to import
    from connect_tools.init.identity import AppIdentity  # noqa: PLC0415 - likewise
    from connect_tools.project import PROJECT  # noqa: PLC0415 - likewise

    identity = AppIdentity(key=key, name=name, vendor=vendor, vendor_url=vendor_url)
    for line in make_own(PROJECT, identity, keep_demonstration=not without_demo):
        click.echo(line)
