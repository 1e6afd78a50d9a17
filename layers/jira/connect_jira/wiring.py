"""The parts of the app, put together from the environment that template.yaml gives a function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import boto3

from connect_jira.aws import CLIENT_CONFIG
from connect_jira.sealing import Sealer
from connect_jira.settings import AppSettings
from connect_jira.store import InstallationStore
from connect_jira.tenants import Tenants


@dataclass(frozen=True, slots=True)
class Parts:
    """What every function that knows installations is made of."""

    app: AppSettings
    store: InstallationStore
    sealer: Sealer
    tenants: Tenants

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read `INSTALLATIONS_TABLE`, `SECRETS_KEY` and what `AppSettings` reads."""
        app = AppSettings.from_env(env)
        dynamodb = boto3.client("dynamodb", config=CLIENT_CONFIG)
        kms = boto3.client("kms", config=CLIENT_CONFIG)
        store = InstallationStore(dynamodb, table=env["INSTALLATIONS_TABLE"])
        sealer = Sealer(kms, key_id=env["SECRETS_KEY"], app_key=app.app_key)
        return cls(app, store, sealer, Tenants(store, sealer, app_key=app.app_key))
