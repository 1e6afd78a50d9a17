"""The JSON Schema of a descriptor, in which the schemas of all modules are."""

from connect_tools.descriptor_rules.modules import EITHER, LISTS, SINGLE
from connect_tools.descriptor_rules.names import SCOPE_NAMES
from connect_tools.descriptor_rules.shapes import (
    ANY_OBJECT,
    BOOLEAN,
    CONDITION,
    INTEGER,
    TEXT,
    Schema,
    list_of,
    one_of,
    record,
    text,
)

_MODULES: Schema = {
    "type": "object",
    "properties": {
        **SINGLE,
        **{
            kind: {
                "type": ["object", "array"],
                "if": {"type": "array"},
                "then": {"items": module},
                "else": module,
            }
            for kind, module in EITHER.items()
        },
        **{kind: list_of(module) for kind, module in LISTS.items()},
    },
    "additionalProperties": False,
}

DESCRIPTOR: Schema = {
    **record(
        "key baseUrl authentication",
        key=text(longest=80, pattern=r"^[a-zA-Z0-9-._]+\Z"),
        name={"type": "string", "minLength": 1, "maxLength": 80},
        description=text(longest=1400),
        baseUrl=text(longest=200, pattern=r"^https?://."),
        authentication=record(type=one_of("jwt none"), publicKey=TEXT),
        apiVersion=INTEGER,
        apiMigrations=record(**dict.fromkeys(("context-qsh", "gdpr", "signed-install"), BOOLEAN)),
        cloudAppMigration=record(migrationWebhookPath=TEXT),
        enableLicensing=BOOLEAN,
        lifecycle=record(
            "", installed=TEXT, uninstalled=TEXT, enabled=TEXT, disabled=TEXT, **{"dare-migration": TEXT}
        ),
        links=ANY_OBJECT,
        modules=_MODULES,
        regionBaseUrls={"type": "object", "additionalProperties": TEXT},
        scopes=list_of(one_of(" ".join(sorted(SCOPE_NAMES)))),
        translations=record("paths", paths={"type": "object", "additionalProperties": TEXT}),
        vendor=record(name=text(longest=100), url=text(longest=200)),
    ),
    "$defs": {"condition": CONDITION},
}
