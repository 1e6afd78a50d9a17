"""Everything that a stack keeps of one site, part by part; nothing is opened, and nothing is made.

IAM: that of `connect_tools.tenants.sites`; `dynamodb:BatchGetItem` on Activity, `dynamodb:GetItem` and
`dynamodb:Query` on SiteData, `dynamodb:Scan` on WorkDone; that of `connect_tools.dlq.queue` to look; and
`s3:ListBucket` and `s3:GetObject` on LargeMessages.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from connect_jira.aws.dynamodb import Row, Table
from connect_jira.aws.service import AwsService
from connect_jira.data.aliases import aliases_in
from connect_jira.data.entries import SiteEntries
from connect_jira.data.site_data import Entry, SiteData
from connect_jira.data.site_rows import alias_rows, site_rows
from connect_jira.installations.activity import SiteActivity, activity_of
from connect_jira.worker.large_messages import prefix_of
from connect_tools.dlq.command import content_of, json_or_text, summary_of
from connect_tools.dlq.queue import FailedCalls
from connect_tools.stack_services import rows_by_key, service_of
from connect_tools.target_stack import Stack, aws_errors
from connect_tools.tenants.known_site import KnownSite
from connect_tools.tenants.sites import Sites


class Kept:
    """Everything kept of a site. Every member raises `CommandError` if AWS does not say.

    Args:
        stack: that keeps it
        site: owner of what is kept
    """

    def __init__(self, stack: Stack, site: KnownSite) -> None:
        self._stack = stack
        self._site = site
        self._dynamodb = service_of(stack, "dynamodb")

    @cached_property
    def installations(self) -> list[Row]:
        """The rows of its installations, of both kinds, also of those that have ended."""
        return Sites(self._stack).rows_of(self._site.tenant)

    @cached_property
    def names(self) -> list[str]:
        """The clientKeys and Forge installations' ids that messages may name it by."""
        of_rows = (row["clientKey"] for row in self.installations)
        return list(dict.fromkeys([str(self._site.tenant), *of_rows]))

    @cached_property
    def site_ids(self) -> dict[str, list[str]]:
        """The ids that its data are kept under, each with all aliases that have led there."""
        table = self._stack.resource("SiteData")
        aliases, sites = alias_rows(self._dynamodb, table=table), site_rows(self._dynamodb, table=table)
        of_installations = dict.fromkeys(alias for row in self.installations for alias in aliases_in(row))
        found = filter(None, map(aliases.read, of_installations))
        rows = {row.site_id: sites.read(row.site_id) for row in found}
        return {site_id: sorted(row.aliases) if row else [] for site_id, row in rows.items()}

    @property
    def activity(self) -> SiteActivity:
        """Its last event, last call and last refusals."""
        table = self._stack.resource("Activity")
        return activity_of(rows_by_key(self._dynamodb, table, [self._site.tenant]).get(self._site.tenant, {}))

    def data(self) -> Iterator[Entry]:
        """Yield the entries of `site.data`."""
        for site_id in self.site_ids:
            for page in SiteData(self._entries(site_id, "data")).list():
                yield from page.entries

    def data_keys(self) -> Iterator[str]:
        """Yield the keys of `site.data`."""
        return self._keys("data")

    def secret_names(self) -> Iterator[str]:
        """Yield the names of `site.secrets`."""
        return self._keys("secret")

    def work_done(self) -> Iterator[Row]:
        """Yield what the app remembers of the site's work."""
        return records_of(self._dynamodb, self._stack.resource("WorkDone"), self.names)

    def dead_letters(self) -> list[Mapping[str, Any]]:
        """Return its messages in FailedJiraCalls, which are hidden from others while this looks."""
        failed = FailedCalls(self._stack)
        with failed.held() as messages:
            return [
                {
                    **summary_of(message),
                    "explanation": message.explanation,
                    "body": content_of(failed, message),
                }
                for message in messages
                if message.client_key in self.names
            ]

    def large_messages(self) -> Iterator[Mapping[str, Any]]:
        """Yield its messages that were too large for the queue, worked off or not."""
        s3, bucket = self._stack.client("s3"), self._stack.resource("LargeMessages")
        with aws_errors():
            for key in (found["Key"] for found in objects_of(self._stack, self.names)):
                content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
                yield {"key": key, "message": json_or_text(content.decode(errors="replace"))}

    def _keys(self, kind: str) -> Iterator[str]:
        for site_id in self.site_ids:
            for stored, _ in self._entries(site_id, kind).pages("", after=None, with_contents=False):
                yield from (one.key for one in stored)

    def _entries(self, site_id: str, kind: str) -> SiteEntries:
        table = self._stack.resource("SiteData")
        return SiteEntries(self._dynamodb, table=table, site_id=lambda: site_id, kind=kind)


def records_of(dynamodb: AwsService, table: str, names: Collection[str], **asked: object) -> Iterator[Row]:
    """Yield the records of sites' work.

    Args:
        dynamodb: the service
        table: the name of the table of work done
        names: of the sites
        asked: further parameters of the `Scan`
    """
    values = {f":name{number}": str(name) for number, name in enumerate(names)}
    return Table(dynamodb, table).rows(
        "Scan",
        FilterExpression=f"clientKey IN ({', '.join(values)})",
        ExpressionAttributeValues=values,
        **asked,
    )


def objects_of(stack: Stack, names: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of sites' large messages, as S3 lists them.

    Args:
        stack: with the bucket
        names: of the sites
    """
    pages = stack.client("s3").get_paginator("list_objects_v2")
    for prefix in map(prefix_of, names):
        with aws_errors():
            for page in pages.paginate(Bucket=stack.resource("LargeMessages"), Prefix=prefix):
                yield from page.get("Contents", [])
