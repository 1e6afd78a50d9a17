"""Checks of the table of installations and of the key, for `connect_jira.aws.self_checks`."""

import secrets

from connect_jira.errors import SecretDoesNotOpen
from connect_jira.events.probe import PROBE_SITE
from connect_jira.installations.sealing import SecretsKey
from connect_jira.installations.store import InstallationStore

_OWNER = {"clientKey": PROBE_SITE}


def read_table(store: InstallationStore) -> str:
    """Read the row of no site.

    Raises:
        TemporarilyUnavailable: DynamoDB did not answer
    """
    store.read(PROBE_SITE)
    return "a row can be read"


def seal_and_open(key: SecretsKey) -> str:
    """Encrypt something for no site, and decrypt it.

    Raises:
        SecretDoesNotOpen: something else came out
        TemporarilyUnavailable: KMS did not answer
    """
    content = secrets.token_bytes()
    if key.decrypt(_OWNER, key.encrypt(_OWNER, content)) != content:
        raise SecretDoesNotOpen
    return "what is sealed opens"
