"""Jira's address for an app that is installed into several products, or not into Jira at all."""

import pytest

from connect_jwt.errors import TokenRefused
from connect_jwt.invocations import VerifiedInvocation
from connect_jwt.origins import InvocationOrigin
from tests.unit.jwt.handmade import Claims
from tests.unit.jwt.invocations import (
    API,
    CLOUD_ID,
    STAGING_API,
    app_claim,
    event_claims,
    fit,
    on_forge_route,
    page_claims,
)
from tests.unit.jwt.routes import refused_as

JIRA = {"name": "jira", "apiBaseUrl": f"{API}/ex/jira/{CLOUD_ID}", "cloudId": CLOUD_ID}
CONFLUENCE = {"name": "confluence", "apiBaseUrl": f"{API}/ex/confluence/{CLOUD_ID}", "cloudId": CLOUD_ID}
BITBUCKET = {
    "name": "bitbucket",
    "apiBaseUrl": "https://api.bitbucket.org",
    "workspaceId": "b7ea02c9-0871-4858-a2a6-a190d7de977c",
}


def of_contexts(contexts: object, *, base: object) -> Claims:
    installation = {"id": app_claim()["installationId"], "contexts": contexts}
    return app_claim(apiBaseUrl=base, installation=installation)


def verified(contexts: object, *, base: object) -> VerifiedInvocation:
    return on_forge_route(fit(event_claims(app=of_contexts(contexts, base=base))))


@pytest.mark.parametrize("base", [JIRA["apiBaseUrl"], CONFLUENCE["apiBaseUrl"], BITBUCKET["apiBaseUrl"]])
@pytest.mark.parametrize(
    "contexts", [[JIRA, CONFLUENCE, BITBUCKET], [BITBUCKET, CONFLUENCE, JIRA], [None, 7, BITBUCKET, JIRA]]
)
def test_of_several_products_jira_is_called(contexts: list[object], base: str) -> None:
    invocation = verified(contexts, base=base)
    assert (invocation.api_base_url, invocation.cloud_id) == (JIRA["apiBaseUrl"], CLOUD_ID)


@pytest.mark.parametrize(
    "contexts", [None, 7, {}, [], [[]], [{}], [{"name": "jira"}], [JIRA | {"name": None}]]
)
def test_jira_needs_no_context(contexts: object) -> None:
    assert verified(contexts, base=JIRA["apiBaseUrl"]).api_base_url == JIRA["apiBaseUrl"]


NOT_JIRA = {
    "Confluence": ([CONFLUENCE], CONFLUENCE["apiBaseUrl"], "into confluence,"),
    "Confluence and Bitbucket": (
        [CONFLUENCE, BITBUCKET],
        CONFLUENCE["apiBaseUrl"],
        "bitbucket and confluence",
    ),
    "Bitbucket": ([BITBUCKET], BITBUCKET["apiBaseUrl"], "into bitbucket,"),
    "without contexts": (None, CONFLUENCE["apiBaseUrl"], "into another product"),
    "with a name that is none": (
        [CONFLUENCE | {"name": "a\nb"}],
        CONFLUENCE["apiBaseUrl"],
        "another product",
    ),
    "with a Jira of another cloud": (
        [CONFLUENCE, JIRA | {"apiBaseUrl": f"{STAGING_API}/ex/jira/{CLOUD_ID}"}],
        CONFLUENCE["apiBaseUrl"],
        "into confluence,",
    ),
}


@pytest.mark.parametrize(("contexts", "base", "said"), NOT_JIRA.values(), ids=NOT_JIRA)
def test_an_installation_that_jira_has_no_part_in_is_said_so(contexts: object, base: str, said: str) -> None:
    with pytest.raises(TokenRefused, match=said) as refusal:
        verified(contexts, base=base)
    assert refusal.value.reason == "product-not-served"


@pytest.mark.parametrize("name", ["jira", None, 7])
def test_a_host_that_is_not_known_is_no_product(name: object) -> None:
    elsewhere = f"https://evil.example/ex/jira/{CLOUD_ID}"
    with refused_as("api-base-url-refused"):
        verified([JIRA, {"name": "jira", "apiBaseUrl": elsewhere}], base=elsewhere)
    assert (
        verified([JIRA, {"name": name, "apiBaseUrl": elsewhere}], base=JIRA["apiBaseUrl"]).cloud_id
        == CLOUD_ID
    )


def test_a_page_of_another_product_is_a_pages_first_of_all() -> None:
    claims = page_claims(
        app=of_contexts([CONFLUENCE], base=CONFLUENCE["apiBaseUrl"]) | {"module": {"type": "xen:macro"}}
    )
    with refused_as("of-a-page"):
        on_forge_route(fit(claims), origins={InvocationOrigin.FORGE})
