"""atlassian-connect-express, the framework that people use today, with the stores that come with it."""

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import urllib3

from bench.lambdas import start_figures
from bench.node import PEERS, Node
from bench.requests import BASE_URL
from bench.samples import APP, SECRET, SITE, signed_by_site
from bench.stand_ins import Aws
from bench.trust import Trust
from connect_tools.loopback import LOOPBACK
from connect_tools.template import REGION

_TABLE = "AddonSettings"
STORES: dict[str, Mapping[str, Any]] = {
    "its memory store": {"dialect": "sqlite", "storage": ":memory:", "logging": False},
    "its DynamoDB store": {"adapter": "dynamodb", "table": _TABLE, "region": REGION},
}
"""Its sites, as in its config.json."""

_TENANT = json.dumps({"clientKey": SITE, "sharedSecret": SECRET.reveal(), "key": APP, "baseUrl": BASE_URL})


def start_and_ask(aws: Aws, trust: Trust, store: Mapping[str, Any]) -> dict[str, float]:
    """Start it, and send it a webhook: the figures of `start_figures`.

    Args:
        aws: for its DynamoDB store
        trust: its certificate authorities
        store: one of `STORES`

    Raises:
        RuntimeError: it did not start, or refused the webhook
    """
    aws.forget()
    row = {"clientKey": {"S": SITE}, "key": {"S": "clientInfo"}, "val": {"S": _TENANT}}
    aws.call("PutItem", TableName=_TABLE, Item=row)
    event = signed_by_site("webhooks-issue_created")
    headers = {name: event["headers"][name] for name in ("authorization", "content-type")}
    variables = {
        **trust.variables,
        "STORE": json.dumps(store),
        "TENANT": _TENANT,
        "AWS_ENDPOINT_URL": aws.url,
        "NODE_NO_WARNINGS": "1",  # its AWS SDK warns of any Node that is not among the newest
    }
    started = time.monotonic()
    with Node(PEERS / "ace" / "app.js", variables) as node, urllib3.PoolManager() as http:
        url = f"http://{LOOPBACK}:{node.hear()}{event['rawPath']}"
        ready = time.monotonic()
        answer = http.request("POST", url, body=event["body"].encode(), headers=headers, timeout=10)
        answered = time.monotonic()
        if answer.status != HTTPStatus.NO_CONTENT:
            raise RuntimeError(f"not answered as it should be: {answer.status}")
        return start_figures(node.pid, started=started, ready=ready, answered=answered)
