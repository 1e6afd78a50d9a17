"""An app of one's own on the laptop: run in a copy of the project, it prints what became of it as JSON.

Its reactions count a site's issues in `site.data`, and use resources of their own by boto3.
"""

import json
from typing import Any

import urllib3

from connect_local.jira.site import ADMIN
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.forge import control, create_issue, eventually, invoke_remote, manifest, noted
from tests.e2e.visitor import Visitor

RETENTION = "/2015-03-31/functions/RetentionFunction/invocations"


def main() -> None:
    troubles: list[str] = []
    options = StackOptions(
        port=0, jira_port=0, on_trouble=lambda name, sentence: troubles.append(f"{name} {sentence}")
    )
    with LaptopStack(options) as stack:
        print(json.dumps({**story(stack), "troubles": troubles}))  # noqa: T201 - what it is run for


def story(stack: LaptopStack) -> dict[str, Any]:
    assert stack.jira is not None

    def count(how: str) -> Any:
        key = create_issue(stack, how)
        return eventually(lambda: noted(stack, key))

    control(stack, "install", descriptorUrl=stack.descriptor_url)
    first = count("by Connect")
    letter = eventually(lambda: object_of(stack, "Files", "letter"))
    (installation,) = stack.jira.site.apps()
    base_url = stack.base_url.replace("localhost", "127.0.0.1")
    with urllib3.PoolManager() as http:
        page = Visitor(base_url, installation, http).call("/api/counted").json()

    control(stack, "uninstall", descriptorUrl=stack.descriptor_url)
    control(stack, "install", descriptorUrl=stack.descriptor_url)
    counts = [first["count"], count("by Connect again")["count"]]

    control(stack, "forge/install", manifest=manifest(stack))
    counts.append(count("by both")["count"])
    control(stack, "forge/uninstall")
    control(stack, "forge/install", manifest=manifest(stack, connect=False))
    counts.append(count("by Forge again")["count"])
    forge_page = invoke_remote(stack, ADMIN.account_id, "/counted")
    swept = urllib3.request("POST", f"{stack.base_url}{RETENTION}", json={}, retries=False)
    counts.append(count("after a night")["count"])
    return {
        "first": first,
        "page": page,
        "counts": counts,
        "forgePage": forge_page,
        "letter": letter,
        "swept": [swept.status, swept.headers.get("x-amz-function-error")],
    }


def object_of(stack: LaptopStack, bucket: str, key: str) -> str | None:
    s3 = stack.cloud.client("s3")
    found = s3.list_objects_v2(Bucket=stack.cloud.attribute(bucket, "Ref"), Prefix=key)
    if not found["KeyCount"]:
        return None
    body: bytes = s3.get_object(Bucket=stack.cloud.attribute(bucket, "Ref"), Key=key)["Body"].read()
    return body.decode()


if __name__ == "__main__":
    main()
