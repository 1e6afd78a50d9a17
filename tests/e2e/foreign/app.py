"""The app as it runs on a laptop, and what it is expected to do about a request."""

import json
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.foreign.drafts import CANARY, Draft, Site
from tests.e2e.foreign.log import Log, warnings
from tests.e2e.foreign.peer import Answer, ForeignJira
from tests.e2e.foreign.worker import Worker
from tests.e2e.stacks import Stack

_HEADERS = {
    "cache-control": "no-cache, no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
_OF_HTTP = {"connection", "content-length", "date"}
_BEGIN_OF_TOKEN = "eyJ"  # {" in base64
_TELLING = 16  # characters, and what is shorter may be there by chance


class App:
    """The app, and the requests to it: right ones, to be changed before they are sent.

    Args:
        stack: the one that it runs in
        jira: that sends the requests
        log: of its functions
        worker: that has the messages of its queue
        of_gateway: headers that the API in front of it adds to every answer
    """

    def __init__(
        self, stack: Stack, jira: ForeignJira, log: Log, worker: Worker, *, of_gateway: Iterable[str] = ()
    ) -> None:
        self.unheeded = _OF_HTTP | set(of_gateway)
        self.base_url, self.jira, self.log, self.worker = stack.base_url, jira, log, worker
        self._dynamodb = stack.cloud.client("dynamodb")
        self._table = stack.cloud.attribute("Installations", "Ref")
        self.port = int(self.base_url.rpartition(":")[2])
        answer = self.get_descriptor()
        self.descriptor: dict[str, Any] = json.loads(answer.text)
        self.sent: list[tuple[str, str]] = []
        self.reasons: Counter[str] = Counter()
        self.queued: Counter[str] = Counter()

    def get_descriptor(self, method: str = "GET") -> Answer:
        host = {"Host": urlsplit(self.base_url).netloc}
        return self.jira.send(self.port, method, "/atlassian-connect.json", host, b"")

    # --- what Jira sends

    def lifecycle(self, event: str, site: Site, **more: object) -> Draft:
        """An event that Atlassian signs."""
        return self._lifecycle(event, site, **more).signed_with_key().claiming(aud=[self.base_url])

    def install(self, site: Site) -> Draft:
        return self.lifecycle("installed", site, sharedSecret=site.secret)

    def uninstall(self, site: Site) -> Draft:
        return self.lifecycle("uninstalled", site)

    def toggle(self, event: str, site: Site) -> Draft:
        """`enabled` or `disabled`, which the site signs."""
        return self._lifecycle(event, site)

    def webhook(self, site: Site) -> Draft:
        (webhook,) = self.descriptor["modules"]["webhooks"]
        issue = {"key": "DEMO-1", "fields": {"summary": f"{CANARY} in the mine"}}
        fields = {"timestamp": int(time.time() * 1000), "webhookEvent": webhook["event"], "issue": issue}
        return self._draft(webhook["url"], site, fields)

    def _lifecycle(self, event: str, site: Site, **more: object) -> Draft:
        fields = {
            "key": self.descriptor["key"],
            "clientKey": site.client_key,
            "baseUrl": site.base_url,
            "displayUrl": site.base_url,
            "productType": "jira",
            "description": f"{CANARY} at the office",
            "eventType": event,
        }
        return self._draft(self.descriptor["lifecycle"][event], site, fields | more)

    def _draft(self, path: str, site: Site, fields: dict[str, Any]) -> Draft:
        return Draft(self.jira, self.base_url, path, site=site, fields=fields)

    # --- what becomes of it

    def installed_site(self) -> Site:
        """A site that installed the app twenty seconds ago."""
        site = Site()
        self.accepts(self.install(site).signed_at(-20))
        return site

    def accepts(self, draft: Draft) -> None:
        """204, nothing to read, one line in the log."""
        answer, records = self._exchange(draft)
        assert (answer.status, answer.text) == (204, ""), warnings(records)
        assert warnings(records) == []
        if "/webhooks/" in draft.path:
            self.queued[draft.site.client_key] += 1

    def refuses(self, draft: Draft, reason: str, *, status: int = 401) -> Answer:
        """That status and nothing else to the sender; to the developer one warning, with that reason."""
        answer, records = self._exchange(draft)
        (warning,) = warnings(records)
        self.reasons[warning["reason"]] += 1
        assert (answer.status, warning["reason"]) == (status, reason), warning
        assert answer.text == ""
        assert {
            name: value for name, value in answer.headers.items() if name not in self.unheeded
        } == _HEADERS
        return answer

    def row(self, site: Site) -> Any:
        """Return the app's row of a site; None if there is none."""
        key = {"clientKey": {"S": site.client_key}}
        return self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def known_sites(self) -> set[str]:
        """Return the client keys of all sites that the app has a row of."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        return {row["clientKey"]["S"] for page in pages for row in page["Items"]}

    def queue_has_what_was_accepted(self) -> None:
        assert self.worker.counted(total=self.queued.total()) == self.queued
        assert {hook["clientKey"] for hook in self.worker.hooks} <= self.known_sites()

    def log_explains_each_refusal_once(self) -> None:
        """One warning and one metric for each, and no other."""
        records = self.log.records()
        assert Counter(warning["reason"] for warning in warnings(records)) == self.reasons
        assert Counter(record["reason"] for record in records if "RequestRefused" in record) == self.reasons

    def log_has_no_secret(self) -> None:
        """No token, part of one, secret, body or query string of all the requests that were sent."""
        log = "\n".join(self.log.lines)
        pieces = {piece for _, token in self.sent for piece in token.split(".") if len(piece) >= _TELLING}
        queries = {target.partition("?")[2] for target, _ in self.sent} - {""}
        assert [word for word in {CANARY, _BEGIN_OF_TOKEN, *pieces, *queries} if word in log] == []

    def send(self, draft: Draft) -> Answer:
        self.sent.append((draft.target, draft.token))
        return self.jira.send(self.port, draft.method, draft.target, draft.all_headers(), draft.body)

    def _exchange(self, draft: Draft) -> tuple[Answer, list[dict[str, Any]]]:
        start = len(self.log.lines)
        answer = self.send(draft)
        return answer, self.log.of_one_request(start)
