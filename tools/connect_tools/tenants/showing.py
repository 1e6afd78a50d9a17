"""`connect tenants show`: everything known of one site, and no secret of it.

IAM: that of `connect_tools.tenants.sites`, `dynamodb:BatchGetItem` on Activity, `dynamodb:GetItem` and
`dynamodb:Query` on SiteData; with `--open` `kms:Decrypt` on SecretsKey for the app and the site, and
`lambda:GetFunctionConfiguration` on LifecycleFunction.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import click

from connect_doctor.redaction import visible
from connect_jira.errors import SecretDoesNotOpen
from connect_jira.installations.forge_installation import ForgeInstallation
from connect_jira.installations.forge_store import forge_installation_of
from connect_jira.installations.installation import Installation, is_forge
from connect_jira.installations.sealing import SharedSecretSealer, SystemTokenSealer
from connect_tools.target_stack import Stack
from connect_tools.tenants.kept import Kept
from connect_tools.tenants.listing import summary_of
from connect_tools.tenants.secrets_key import secrets_key_of
from connect_tools.tenants.sites import Sites
from connect_tools.times import iso


def show(stack: Stack, typed: str, *, opens: bool, as_json: bool) -> None:
    """Print what is known of a site.

    Args:
        stack: with the site
        typed: name of the site, as for `Sites.find`
        opens: True to say whether KMS opens its secret and its token
        as_json: for the output

    Raises:
        CommandError: there is no such site, or AWS does not say
    """
    now = time.time()
    site = Sites(stack).find(typed)
    kept = Kept(stack, site)
    key = secrets_key_of(stack) if opens else None
    activity = kept.activity
    forge = [forge_installation_of(row) for row in kept.installations if is_forge(row["clientKey"])]
    said: dict[str, Any] = summary_of(site, activity)
    if site.connect is not None:
        opener = SharedSecretSealer(key) if key else None
        said["connect"] = _of_connect(site.connect, opener, now)
    said["forge"] = [_of_forge(one, SystemTokenSealer(key) if key else None, now) for one in forge]
    said["refusals"] = [
        {
            "code": refusal.code,
            "request": refusal.request,
            "status": refusal.status,
            "byJira": refusal.by_jira,
            "at": iso(refusal.at),
        }
        for refusal in activity.refusals
    ]
    said["siteIds"] = list(kept.site_ids)
    said["dataEntries"] = sum(1 for _ in kept.data_keys())
    said["secretNames"] = list(kept.secret_names())
    if as_json:
        click.echo(json.dumps(said))
    else:
        _print(said)


def _of_connect(row: Installation, opener: SharedSecretSealer | None, now: float) -> dict[str, Any]:
    sealed = row.sealed_secret
    still_good = [previous.valid_until for previous in row.previous_secrets if previous.valid_until > now]
    about: dict[str, Any] = {
        "state": row.state,
        "baseUrl": row.site.base_url,
        "displayUrl": row.site.display_url,
        "hasSecret": sealed is not None,
        "secretSince": iso(row.signed_at) if sealed is not None else None,
        "previousSecretsUntil": [iso(until) for until in still_good],
        "paused": {"reason": row.pause.reason, "since": iso(row.pause.since)} if row.pause else None,
        "oauthClientId": row.site.oauth_client_id,
        "forgeInstallation": row.site.installation_id,
        "lastInstalledOrUninstalled": iso(row.signed_at),
        "lastEnabledOrDisabled": iso(row.toggled_at) if row.toggled_at else None,
        "updated": iso(row.updated_at),
        "deletedAfter": iso(row.expires_at) if row.expires_at else None,
        "revision": row.revision,
    }
    if opener is not None and sealed is not None:
        about["secretOpens"] = _opens(lambda: opener.open(row.site.client_key, sealed))
    return about


def _of_forge(row: ForgeInstallation, opener: SystemTokenSealer | None, now: float) -> dict[str, Any]:
    sealed = row.sealed_token
    about: dict[str, Any] = {
        "installationId": row.installation_id,
        "state": "uninstalled" if row.has_ended(now) else row.state,
        "cloudId": row.cloud_id,
        "apiBaseUrl": row.api_base_url,
        "environment": row.environment_type,
        "version": row.app_version,
        "hasToken": sealed is not None,
        "tokenUntil": iso(row.token_expires_at) if sealed is not None else None,
        "updated": iso(row.updated_at) if row.updated_at else None,
        "deletedAfter": iso(row.expires_at) if row.expires_at else None,
        "revision": row.revision,
    }
    if opener is not None and sealed is not None:
        about["tokenOpens"] = _opens(lambda: opener.open(row.installation_id, sealed))
    return about


def _opens(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except SecretDoesNotOpen:
        return False
    return True


def _print(said: Any, indent: str = "") -> None:  # noqa: ANN401 - any JSON value
    width = max(map(len, said), default=0) + 2
    for name, value in said.items():
        if value is None or value in ([], {}):
            continue
        if isinstance(value, dict):
            click.echo(f"{indent}{name}")
            _print(value, indent + "  ")
        elif isinstance(value, list) and isinstance(value[0], dict):
            for one in value:
                click.echo(f"{indent}{name}")
                _print(one, indent + "  ")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list) else _word(value)
            click.echo(f"{indent}{name:<{width}}{visible(text)}")


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
