"""Refused lifecycle calls of Forge that may be genuine, counted as refused installs are.

A call counts if Forge has signed it, or if it is for this app and only its key is unknown. With an effort
others can make two of these: one with an unknown key, and one that Forge has signed for an app of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from connect_jira.auth.forge_invocations import PROVED
from connect_jira.errors import EventOutdated, PayloadRefused, ProductNotServed
from connect_jira.lifecycle.refused_installs import MIN_KEY_ID_LENGTH
from connect_jira.metrics import count
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import ForgeReason, Reason, TokenRefused

_SIGNED = (PROVED | {Reason.AUD_MISMATCH}) - {ForgeReason.OF_A_PAGE}


@contextmanager
def forge_calls_counted(request: GatewayRequest, app_id: str) -> Iterator[None]:
    """Count the call if it is refused within the context, and may be Forge's own.

    Args:
        request: to a lifecycle route
        app_id: the app's own ARI
    """
    try:
        yield
    except (EventOutdated, ProductNotServed):
        raise
    except PayloadRefused:
        _count()
        raise
    except TokenRefused as refused:
        if refused.reason in _SIGNED or _only_key_is_unknown(request, refused, app_id):
            _count()
        raise


def _only_key_is_unknown(request: GatewayRequest, refused: TokenRefused, app_id: str) -> bool:
    if refused.reason != Reason.KID_UNKNOWN:
        return False
    token = request.invocation_token
    is_ours = token.claims.get("aud") in (app_id, [app_id])
    return is_ours and len(token.header["kid"]) >= MIN_KEY_ID_LENGTH


def _count() -> None:
    count("InstallRefused", service="all")
