"""`site.secrets`: what an app keeps for one site, sealed for the app, the site and the name."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cachetools import TTLCache, cachedmethod

from connect_jira.data.entries import JsonValue, SiteEntries, decode, encode
from connect_jira.data.site_data import Entry
from connect_jira.installations.sealing import SecretsKey, open_envelope, seal_envelope

OPENED_SECONDS = 5 * 60
"""Time that an opened secret is cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretNames:
    """Some of the names.

    Attributes:
        names: in their order
        after: the place where the next page begins, for `SiteSecrets.names`; None after the last
    """

    names: list[str]
    after: str | None


class SiteSecretSealer:
    """Encrypts and decrypts the secrets of sites.

    IAM: `kms:GenerateDataKey` to seal and `kms:Decrypt` to open, on the key, with an encryption context of
    `appKey`, `site` and `name`.

    Args:
        key: of the app
        clock: monotonic, in seconds
    """

    def __init__(self, key: SecretsKey, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._opened: TTLCache[tuple[str, str, bytes], bytes] = TTLCache(
            maxsize=1000, ttl=OPENED_SECONDS, timer=clock
        )

    def seal(self, site_id: str, name: str, content: bytes) -> bytes:
        """Encrypt a secret of a site.

        Raises:
            TemporarilyUnavailable: KMS gave no answer
        """
        return seal_envelope(self._key, {"site": site_id, "name": name}, content)

    @cachedmethod(lambda self: self._opened)
    def open(self, site_id: str, name: str, sealed: bytes) -> bytes:
        """Decrypt a secret, unless it is cached.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app, site and name
            TemporarilyUnavailable: KMS gave no answer
        """
        return open_envelope(self._key, {"site": site_id, "name": name}, sealed)


class SiteSecrets:
    """The secrets of one site. Every method raises `TemporarilyUnavailable` when AWS gives no answer.

    IAM: as for `connect_jira.data.entries.SiteEntries` and `SiteSecretSealer`.

    Args:
        entries: the site's, of this kind
        sealer: encrypts and decrypts
        site_id: returns the site's id
    """

    def __init__(self, entries: SiteEntries, sealer: SiteSecretSealer, *, site_id: Callable[[], str]) -> None:
        self._entries = entries
        self._sealer = sealer
        self._site_id = site_id

    def get(self, name: str) -> Entry | None:
        """Return the secret as it is now; None if there is none, or it has expired. `repr` hides the value.

        Raises:
            SecretDoesNotOpen: the row was sealed for another app, site or name
            ValueError: the name is empty, or takes more than 512 bytes
        """
        stored = self._entries.get(name)
        if stored is None:
            return None
        value = decode(self._sealer.open(self._site_id(), name, stored.content))
        return Entry(key=name, value=value, version=stored.version, expires_at=stored.expires_at)

    def put(
        self, name: str, value: JsonValue, *, if_version: str | None = None, keep_seconds: float | None = None
    ) -> str:
        """Seal and write a secret, and return its version; arguments and errors as for `SiteData.put`."""
        content = self._sealer.seal(self._site_id(), name, encode(value))
        return self._entries.put(name, content, if_version=if_version, keep_seconds=keep_seconds)

    def delete(self, name: str, *, if_version: str | None = None) -> None:
        """Delete a secret; errors as for `SiteData.delete`."""
        self._entries.delete(name, if_version=if_version)

    def names(self, prefix: str = "", *, after: str | None = None) -> Iterator[SecretNames]:
        """Return the names that begin with a prefix, page by page; no secret is opened.

        Args:
            prefix: by default all
            after: continue there, as a page said
        """
        for stored, following in self._entries.pages(prefix, after=after, with_contents=False):
            yield SecretNames(names=[one.key for one in stored], after=following)
