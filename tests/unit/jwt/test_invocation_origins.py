"""Origin of an invocation token: each type of module with each claim beside it."""

from itertools import product

import pytest

from connect_jwt.errors import TokenRefused
from connect_jwt.origins import OWN_TYPES, InvocationOrigin
from tests.unit.jwt.handmade import OMITTED
from tests.unit.jwt.invocations import (
    EXTENSION,
    PAGE_CONTEXT,
    TRIGGER_CONTEXT,
    USER,
    app_claim,
    event_claims,
    fit,
    on_forge_route,
    page_claims,
)

FORGE, PAGE = InvocationOrigin.FORGE, InvocationOrigin.PAGE
DATA_RESIDENCY, UNKNOWN = InvocationOrigin.DATA_RESIDENCY, InvocationOrigin.UNKNOWN

NAMED = "core:newTrigger"
SETTING = frozenset(
    {NAMED, "core:webtrigger", "core:endpoint", "core:function", "migration:x", "xen:macro", ""}
)
"""Types in a setting; some of them may not become Forge's own."""

# by the type of the module: with neither principal nor extension, with a principal, with an extension
TABLE: dict[object, tuple[InvocationOrigin, InvocationOrigin, InvocationOrigin]] = {
    **dict.fromkeys(sorted(OWN_TYPES), (FORGE, FORGE, PAGE)),
    NAMED: (FORGE, FORGE, PAGE),
    "core:endpoint": (FORGE, UNKNOWN, PAGE),
    "core:webtrigger": (UNKNOWN, UNKNOWN, UNKNOWN),
    "migration:dataResidency": (DATA_RESIDENCY, DATA_RESIDENCY, DATA_RESIDENCY),
    **dict.fromkeys(
        ("core:function", "core:remote", "core:consumer", "core:fifoConsumer", "core:apiRoute"),
        (UNKNOWN, UNKNOWN, PAGE),
    ),
    **dict.fromkeys(
        ("core:other", "core:", "core:Trigger", "core:trigger ", "migration:x"),
        (UNKNOWN, UNKNOWN, PAGE),
    ),
    **dict.fromkeys(
        ("xen:macro", "jira:globalPage", "trigger", "CORE:trigger", "c", "*"), (PAGE, PAGE, PAGE)
    ),
}
NO_TYPES = [OMITTED, None, "", 7, True, ["core:trigger"], {"core:trigger": "core:trigger"}]

BESIDE = {
    "with neither": ({}, 0),
    "with no context": ({"context": OMITTED}, 0),
    "with an empty context": ({"context": {}}, 0),
    "with a principal": ({"principal": USER}, 1),
    "with an extension": ({"context": PAGE_CONTEXT}, 2),
    "with an extension and a principal": ({"context": PAGE_CONTEXT, "principal": USER}, 2),
    "with an extension alone": ({"context": {"extension": EXTENSION}}, 2),
}


def origin(module: object, **claims: object) -> InvocationOrigin:
    token = fit(event_claims(**({"app": app_claim(module=module)} | claims)))
    return on_forge_route(token, more_types=SETTING).origin


@pytest.mark.parametrize(("claims", "column"), BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize("module_type", TABLE, ids=str)
def test_each_type_with_each_thing_beside_it(
    module_type: object, claims: dict[str, object], column: int
) -> None:
    assert origin({"type": module_type, "key": "k"}, **claims) is TABLE[module_type][column]


@pytest.mark.parametrize(("claims", "column"), BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize(
    "module",
    [{"type": each} for each in NO_TYPES[1:]] + [{}, None, "core:trigger", ["core:trigger"], OMITTED],
)
def test_what_has_no_type_that_is_text_is_nobodys_or_a_pages(
    module: object, claims: dict[str, object], column: int
) -> None:
    assert origin(module, **claims) is (UNKNOWN, UNKNOWN, PAGE)[column]


@pytest.mark.parametrize("principal", [None, "", 7, False, [], {}], ids=repr)
def test_a_principal_of_whatever_kind_makes_an_endpoint_call_no_longer_forges_own(principal: object) -> None:
    assert origin({"type": "core:endpoint"}, principal=principal) is UNKNOWN


@pytest.mark.parametrize("extension", ["", 0, False, [], {}, "x"], ids=repr)
@pytest.mark.parametrize("module_type", ["core:trigger", NAMED, "core:endpoint", "core:other", None])
def test_an_extension_of_whatever_kind_is_one(module_type: object, extension: object) -> None:
    context = TRIGGER_CONTEXT | {"extension": extension}
    assert origin({"type": module_type}, context=context) is PAGE


def test_an_extension_that_is_null_is_none_and_makes_nothing_of_an_endpoint_call() -> None:
    context = TRIGGER_CONTEXT | {"extension": None}
    assert origin({"type": "core:endpoint"}, context=context) is UNKNOWN
    assert origin({"type": "core:other"}, context=context) is UNKNOWN
    assert origin({"type": "core:trigger"}, context=context) is FORGE


@pytest.mark.parametrize(
    "context", [None, "", "extension", 7, True, [], [{"extension": EXTENSION}]], ids=repr
)
def test_a_context_that_is_no_object_says_nothing(context: object) -> None:
    assert origin({"type": "core:endpoint"}, context=context) is UNKNOWN
    assert origin({"type": "core:other"}, context=context) is UNKNOWN
    assert origin({"type": "core:trigger"}, context=context) is FORGE


def test_without_the_setting_a_type_that_it_names_is_unknown() -> None:
    token = fit(event_claims(app=app_claim(module={"type": NAMED, "key": "k"})))
    assert on_forge_route(token).origin is UNKNOWN


TOKENS = {
    FORGE: event_claims(),
    PAGE: page_claims(),
    DATA_RESIDENCY: event_claims(app=app_claim(module={"type": "migration:dataResidency", "key": "move"})),
    UNKNOWN: event_claims(app=app_claim(module={"type": "core:webtrigger", "key": "web"})),
}
REFUSED_AS = {
    FORGE: "not-of-a-page",
    PAGE: "of-a-page",
    DATA_RESIDENCY: "of-data-residency",
    UNKNOWN: "module-type-unknown",
}


@pytest.mark.parametrize(("whose", "taken"), list(product(InvocationOrigin, InvocationOrigin)))
def test_a_route_takes_the_tokens_that_it_is_for(whose: InvocationOrigin, taken: InvocationOrigin) -> None:
    token = fit(TOKENS[whose])
    if whose is taken:
        assert on_forge_route(token, origins={taken}).origin is whose
        return
    with pytest.raises(TokenRefused) as refusal:
        on_forge_route(token, origins={taken})
    assert refusal.value.reason == REFUSED_AS[whose]


@pytest.mark.parametrize(
    ("module_type", "shown"),
    [("core:other", "core:other"), ("core:a\nb", "none"), ("core:" + "x" * 96, "none"), ("core:é", "none")],
)
def test_an_unknown_type_is_named_if_it_can_be_shown(module_type: str, shown: str) -> None:
    token = fit(event_claims(app=app_claim(module={"type": module_type})))
    with pytest.raises(TokenRefused, match=shown):
        on_forge_route(token, origins={FORGE})
