"""Checks of the key hosts, as seen from the function that asks them, for `connect_jira.aws.self_checks`.

Each host is asked as for an install or an invocation, with nothing from a cache, for a key that nobody has.
"""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from connect_jira.events.probe import PROBE_SITE
from connect_jira.http_pool import new_pool
from connect_jira.settings import AppSettings
from connect_jwt.errors import KeyHostUnavailable, TokenRefused
from connect_jwt.forge_keys import ForgeKeys
from connect_jwt.install_keys import InstallKeys

_ANSWERED = range(HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR)


def reach_install_key_hosts(app: AppSettings) -> str:
    """Ask every host of install keys; all of them together have the time that an install gives them.

    Raises:
        KeyHostUnavailable: one of them did not answer, or failed
    """
    kid = f"{app.install_key_prefix}{PROBE_SITE}"
    answers: dict[str, int] = {}

    def note(url: str, status: int, _headers: Mapping[str, str], _content: bytes) -> None:
        answers[url] = status

    keys = InstallKeys(
        app.install_keys_urls, registry_prefix=app.install_key_prefix, http=new_pool(), on_answer=note
    )
    try:
        keys.public_key(kid)
    except TokenRefused:  # all have answered that there is no such key
        pass
    except KeyHostUnavailable as unavailable:
        asked = (f"{url.rstrip('/')}/{kid}" for url in app.install_keys_urls)
        if any(answers.get(url, 0) not in _ANSWERED for url in asked):
            raise
        return f"reached, though not every answer is 404: {unavailable}"
    return f"reached {', '.join(app.install_keys_urls)}"


def reach_forge_key_host(app: AppSettings) -> str:
    """Fetch Forge's key set, if the app is on Forge.

    Raises:
        KeyHostUnavailable: its host did not answer, or not with a key set
    """
    if not app.forge_app_id or not app.forge_keys_url:
        return "not asked, since ForgeAppId is not set"
    with suppress(TokenRefused):  # the set has no such key
        ForgeKeys(app.forge_keys_url, http=new_pool()).public_key(PROBE_SITE)
    return f"reached {app.forge_keys_url}"
