"""Time and memory of `connect tenants list` with many sites: `python -m bench.listing --sites 10000`.

The table is in Amazon's DynamoDB Local, whose pages are as large as DynamoDB's; each site has a row of its
Connect installation, one of its Forge installation, and one of its activity.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from itertools import batched
from pathlib import Path
from typing import Any

from connect_jira.aws.dynamodb import attributes
from connect_local.laptop.stack import LaptopStack, StackOptions

_IN_A_WRITE = 25
_CHARACTERS = 10_000
_NOW = int(time.time())
_CONNECT = str(Path(sys.executable).with_name("connect"))


def main() -> None:
    """Fill the tables, run the command, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10_000)
    sites = parser.parse_args().sites
    options = StackOptions(port=0, jira_port=None, engine="dynamodb-local")
    with LaptopStack(options) as stack:
        dynamodb = stack.cloud.client("dynamodb")
        for name, rows in (
            ("Installations", [row for number in range(sites) for row in _installations(number)]),
            ("Activity", [_activity(number) for number in range(sites)]),
        ):
            table = stack.cloud.attribute(name, "Ref")
            for some in batched(rows, _IN_A_WRITE, strict=False):
                puts = [{"PutRequest": {"Item": attributes(row)}} for row in some]
                dynamodb.batch_write_item(RequestItems={table: puts})
        port = stack.base_url.rpartition(":")[2]
        begun = time.monotonic()
        command = [_CONNECT, "tenants", "list", "--json", "--port", port]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:  # noqa: S603 - our own
            listed, kilobytes = "", 0
            assert listing.stdout is not None  # noqa: S101 - for the type checker
            while text := listing.stdout.read(_CHARACTERS):
                listed += text
                kilobytes = max(kilobytes, _memory(listing.pid))
            used = os.wait4(listing.pid, 0)[2]
        seconds = time.monotonic() - begun
    number = len(json.loads(listed)["sites"])
    print(  # noqa: T201
        f"{number:,} sites: {seconds:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor time, "
        f"{kilobytes / 1024:.0f} MB of memory"
    )


def _memory(pid: int) -> int:
    """Return the most memory that a process has had, in kilobytes; rusage's would be its parent's."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(found[1]) if found else 0


def _installations(number: int) -> list[dict[str, Any]]:
    client_key, installation_id = f"site-{number}", f"ari:cloud:ecosystem::installation/{number}"
    same = {"updatedAt": _NOW, "revision": 1, "state": "enabled"}
    connect = {
        **same,
        "clientKey": client_key,
        "baseUrl": f"https://site-{number}.atlassian.net",
        "installationId": installation_id,
        "sealedSecret": bytes(230),
        "previousSecrets": [],
        "signedAt": _NOW,
        "tokensUsed": {64 * "a": 64 * "b"},
        "toggledAt": _NOW,
    }
    forge = {
        **same,
        "clientKey": installation_id,
        "tenant": client_key,
        "cloudId": f"cloud-{number}",
        "appVersion": "2.1.0",
        "sealedToken": bytes(2500),
        "tokenExpiresAt": _NOW,
        "appliedAt": _NOW,
        "tokensUsed": {},
    }
    return [connect, forge]


def _activity(number: int) -> dict[str, Any]:
    return {
        "clientKey": f"site-{number}",
        "lastWebhook": {"event": "jira:issue_updated", "at": _NOW},
        "lastCall": {"call": "GET /rest/api/3/myself", "status": 200, "at": _NOW},
    }


if __name__ == "__main__":
    main()
