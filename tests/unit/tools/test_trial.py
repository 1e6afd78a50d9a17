"""A call to a site shows that its secret is refused only if it has one."""

import pytest

from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.jira.errors import SECRET_REFUSED
from connect_jwt.identity import ClientKey
from connect_tools.tenants.known_site import KnownSite
from connect_tools.tenants.trial import Trial


def trial(code: str, sealed_secret: bytes | None) -> Trial:
    connect = Installation(
        site=Site(client_key=ClientKey("site"), base_url="https://site.atlassian.net"),
        state=InstallationState.ENABLED if sealed_secret else InstallationState.UNINSTALLED,
        sealed_secret=sealed_secret,
        signed_at=1,
        tokens_used={},
        updated_at=1,
    )
    site = KnownSite(tenant=ClientKey("site"), connect=connect, forge=None)
    return Trial(site=site, works=False, code=code, said="no")


@pytest.mark.parametrize("code", sorted(SECRET_REFUSED))
def test_a_secret_is_refused_only_where_there_is_one(code: str) -> None:
    assert trial(code, b"sealed").is_secret_refused
    assert not trial(code, None).is_secret_refused


def test_another_refusal_says_nothing_of_the_secret() -> None:
    assert not trial("needs-admin", b"sealed").is_secret_refused
