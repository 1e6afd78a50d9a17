"""The sites in a stack's table of installations: all of them page by page, or one by what is known of it.

IAM: `dynamodb:Scan` and `dynamodb:BatchGetItem` on Installations; and through DynamoDB, for the table's own
key, `kms:Decrypt` on SecretsKey.
"""

import re
from collections.abc import Iterator, Sequence

import click

from connect_cli.errors import CommandError
from connect_doctor.redaction import visible
from connect_jira.aws.dynamodb import Row, Table
from connect_jira.installations.forge_store import forge_installation_of
from connect_jira.installations.installation import is_forge
from connect_jira.installations.store import installation_of
from connect_jwt.identity import ClientKey
from connect_tools.stack_services import rows_by_key, service_of
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite

_NAMED_AT_MOST = 5
_SCHEME = re.compile("https?://")
_BEGINS_WITH = (
    "begins_with(clientKey, :typed) OR cloudId = :typed"
    " OR begins_with(baseUrl, :https) OR begins_with(baseUrl, :http)"
    " OR begins_with(displayUrl, :https) OR begins_with(displayUrl, :http)"
)


class Sites:
    """The sites of a stack.

    Args:
        stack: with the table
    """

    def __init__(self, stack: Stack) -> None:
        self._dynamodb = service_of(stack, "dynamodb")
        self._name = stack.resource("Installations")
        self._table = Table(self._dynamodb, self._name)

    def pages(self) -> Iterator[list[KnownSite]]:
        """Yield every site once, some at a time, unordered; one that changes meanwhile may be missed.

        Raises:
            CommandError: AWS does not say
        """
        for page in self._table.pages("Scan"):
            yield list(self._sites_of(page["Items"]))

    def find(self, typed: str) -> KnownSite:
        """Return the site that is meant.

        Args:
            typed: its clientKey, its address, its Forge installation's id, or a beginning of one of them that
                no other site has; or its cloudId

        Raises:
            CommandError: there is none, or there are several; or AWS does not say
        """
        exact = rows_by_key(self._dynamodb, self._name, [typed])
        found = self._owners_of([*exact.values()]) or self._beginning_with(typed)
        if not found:
            raise CommandError(f"no site has a clientKey or an address that begins with {visible(typed)}")
        if len(found) > 1:
            named = ", ".join(f"{site.tenant} ({site.address})" for site in found[:_NAMED_AT_MOST])
            more = " and others" if len(found) > _NAMED_AT_MOST else ""
            raise CommandError(
                f"{len(found)} sites begin with {visible(typed)}: {visible(named)}{more}; give more of it"
            )
        return found[0]

    def rows_of(self, tenant: ClientKey) -> list[Row]:
        """Return the rows of a site: Connect's, and each Forge installation's, also of those that have ended.

        Raises:
            CommandError: AWS does not say
        """
        asked = {
            "FilterExpression": "clientKey = :tenant OR tenant = :tenant",
            "ExpressionAttributeValues": {":tenant": str(tenant)},
        }
        return list(self._table.rows("Scan", **asked))

    def _beginning_with(self, typed: str) -> list[KnownSite]:
        address = _without_scheme(typed)
        values = {":typed": typed, ":https": f"https://{address}", ":http": f"http://{address}"}
        rows = self._table.rows("Scan", FilterExpression=_BEGINS_WITH, ExpressionAttributeValues=values)
        found = self._owners_of(list(rows))
        at_the_address = [site for site in found if address in map(_without_scheme, _addresses(site))]
        return at_the_address if len(at_the_address) == 1 else found

    def _owners_of(self, rows: Sequence[Row]) -> list[KnownSite]:
        """Return the sites that rows belong to, each once."""
        by_tenant = {_tenant_of(row): row for row in rows}
        by_tenant |= rows_by_key(self._dynamodb, self._name, by_tenant)
        return list(self._sites_of(list(by_tenant.values())))

    def _sites_of(self, rows: Sequence[Row]) -> Iterator[KnownSite]:
        """Yield a site for each row, but none for a Forge installation whose Connect site has a row."""
        named = rows_by_key(self._dynamodb, self._name, filter(None, map(_other_row, rows)))
        for row in rows:
            tenant, other = _tenant_of(row), named.get(_other_row(row) or "")
            is_connect = not is_forge(row["clientKey"])
            if other is not None and not is_connect:
                continue
            its_own = other if other is not None and _tenant_of(other) == tenant else None
            forge = its_own if is_connect else row
            try:
                yield KnownSite(
                    tenant=ClientKey(tenant),
                    connect=installation_of(row) if is_connect else None,
                    forge=forge_installation_of(forge) if forge else None,
                )
            except (KeyError, TypeError, ValueError):
                click.echo(f"{visible(tenant)} is left out: newer code has written its row", err=True)


def _addresses(site: KnownSite) -> Iterator[str]:
    """Yield every address of a site: one may show the address that is another's own."""
    yield site.address
    if site.connect is not None:
        yield site.connect.site.base_url


def _tenant_of(row: Row) -> str:
    return str(row.get("tenant", row["clientKey"]))


def _other_row(row: Row) -> str | None:
    """Return the key of the row that belongs to this one: of the other kind, on the same site."""
    if not is_forge(row["clientKey"]):
        return row.get("installationId")
    return None if row["tenant"] == row["clientKey"] else str(row["tenant"])


def _without_scheme(address: str) -> str:
    return _SCHEME.sub("", address.strip().rstrip("/").lower(), count=1)
