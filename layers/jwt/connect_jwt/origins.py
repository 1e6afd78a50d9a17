"""Origin of a Forge invocation: Forge itself, a page, or unknown.

The token binds neither URL nor body, and the user of a page can have a page's token sent to any path with any
body. So a page must never be taken for Forge itself, nor must a web trigger, which anybody can call. The
origin is decided by claims that are present: the type of the invoked module, and `context.extension`, which
only pages have. An absent claim decides nothing.

==================================  ============  =============  =====================
type of the module                  neither       `principal`    `context.extension`
==================================  ============  =============  =====================
`OWN_TYPES`, and a setting's        Forge's own   Forge's own    a page's
`core:endpoint`                     Forge's own   unknown        a page's
`core:webtrigger`                   unknown       unknown        unknown
`migration:dataResidency`           its own       its own        its own
any other `core:` or `migration:`   unknown       unknown        a page's
none that is text                   unknown       unknown        a page's
any other, such as `xen:macro`      a page's      a page's       a page's
==================================  ============  =============  =====================

An extension counts as soon as it is anything but null. The call of a `core:endpoint` is Forge's own only
where the members `principal` and `extension` are not there at all, not even as null.

The types are those of Atlassian's npm `@forge/manifest`;
https://developer.atlassian.com/platform/forge/remote/essentials/ says of `core:endpoint` that it may be a
page's.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

OWN_TYPES = frozenset({"core:trigger", "core:scheduledTrigger", "core:event", "core:preUninstall"})
"""Modules that Forge itself invokes, with a body of its own."""

_ENDPOINT = "core:endpoint"
_WEB_TRIGGER = "core:webtrigger"
_DATA_RESIDENCY = "migration:dataResidency"
_OF_FORGES_NAMESPACES = ("core:", "migration:")

_NEVER_OWN = frozenset(
    {
        _ENDPOINT,  # judged by the token's other claims
        _WEB_TRIGGER,  # these two are called from outside
        "core:apiRoute",
        "core:function",  # these are called by the app's own functions
        "core:remote",
        "core:consumer",
        "core:fifoConsumer",
        "core:service",
    }
)


class InvocationOrigin(StrEnum):
    """Origin of an invocation."""

    FORGE = "forge"
    PAGE = "page"
    DATA_RESIDENCY = "data-residency"
    UNKNOWN = "unknown"


def may_become_own(module_type: str | None) -> bool:
    """Return whether a setting may say that modules of this type are invoked by Forge itself."""
    return module_type is not None and module_type.startswith("core:") and module_type not in _NEVER_OWN


def is_own_type(module_type: str | None, more_types: Collection[str]) -> bool:
    """Return whether modules of this type are invoked by Forge itself.

    Args:
        module_type: such as `core:trigger`; None for none
        more_types: named by a setting; types that may not become Forge's own are ignored
    """
    return module_type in OWN_TYPES or (module_type in more_types and may_become_own(module_type))


def origin_of(
    claims: Mapping[str, Any], *, module_type: str | None, more_types: Collection[str]
) -> InvocationOrigin:
    """Return the origin of an invocation.

    Args:
        claims: of a verified token
        module_type: its `app.module.type`; None if that is not a string
        more_types: as for `is_own_type`
    """
    context = claims.get("context", {})
    members = context if isinstance(context, dict) else {}
    if module_type == _DATA_RESIDENCY:
        return InvocationOrigin.DATA_RESIDENCY
    if module_type == _WEB_TRIGGER:
        return InvocationOrigin.UNKNOWN
    is_foreign = module_type is not None and not module_type.startswith(_OF_FORGES_NAMESPACES)
    if is_foreign or members.get("extension") is not None:
        return InvocationOrigin.PAGE
    is_bare = "principal" not in claims and "extension" not in members and members is context
    if is_own_type(module_type, more_types) or (module_type == _ENDPOINT and is_bare):
        return InvocationOrigin.FORGE
    return InvocationOrigin.UNKNOWN
