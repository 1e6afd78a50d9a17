"""The signature of a token that Atlassian has signed: the one question that its key host has to be asked."""

from dataclasses import replace
from typing import TYPE_CHECKING

import urllib3

from connect_cli.errors import CommandError
from connect_doctor.examination import Examined
from connect_jwt.clouds import CLOUDS
from connect_jwt.diagnosis import Certainty
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.kinds import KEY_HOST_TELLS
from connect_jwt.diagnosis.surroundings import read_token
from connect_jwt.diagnosis.transport import tokens_in
from connect_jwt.diagnosis.verdicts import concluded
from connect_jwt.errors import KeyHostUnavailable, TokenRefused
from connect_jwt.invocations import ISSUER as FORGE_ISSUER

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_REGISTRY_PREFIX = "generic-keypair/cs-migrations/"
_TO_INSTALL = "--key-host needs pip install 'connect-jwt[rsa]'"


def settled(examined: Examined, key_host: str) -> Examined:
    """Settle whether Atlassian has signed the token; other tokens stay as they are.

    Args:
        examined: the request
        key_host: the name of a cloud, or the URL of a key host: of installs, or of Forge's key set

    Raises:
        CommandError: the key host gives no answer, nobody knows it, or what verifies RS256 is not installed
    """
    diagnosis = examined.diagnosis
    if KEY_HOST_TELLS not in diagnosis.unsettled:
        return examined
    token = read_token(tokens_in(examined.evidence)[0].token)
    fetch = _forge_key if token.claims.get("iss") == FORGE_ISSUER else _install_key
    found = []
    try:
        key = fetch(key_host)(token.header.get("kid"))
    except TokenRefused as refused:
        found = [finding(refused.reason, Certainty.CERTAIN, f"asked for the key: {refused.sentence}")]
    except KeyHostUnavailable as unavailable:
        raise CommandError(f"the key host gives no answer, try again: {unavailable}") from unavailable
    except ModuleNotFoundError as missing:
        raise CommandError(_TO_INSTALL) from missing
    else:
        if not token.is_signed_by(key):
            seen = "the signature is not by the key that kid names"
            found = [finding("signature-mismatch", Certainty.CERTAIN, seen)]
    known = {one.code for one in diagnosis.findings}
    return replace(
        examined,
        diagnosis=concluded(
            diagnosis,
            [*diagnosis.findings, *(one for one in found if one.code not in known)],
            [sentence for sentence in diagnosis.unsettled if sentence != KEY_HOST_TELLS],
            status=examined.evidence.status,
        ),
    )


def _install_key(key_host: str) -> "Callable[[object], RSAPublicKey]":
    from connect_jwt.install_keys import InstallKeys  # noqa: PLC0415 - cryptography may not be there

    cloud = CLOUDS.get(key_host)
    urls = cloud.install_keys_urls if cloud else (key_host,)
    return InstallKeys(urls, registry_prefix=_REGISTRY_PREFIX, http=urllib3.PoolManager()).public_key


def _forge_key(key_host: str) -> "Callable[[object], RSAPublicKey]":
    from connect_jwt.forge_keys import ForgeKeys  # noqa: PLC0415 - as above

    cloud = CLOUDS.get(key_host)
    url = cloud.forge_keys_url if cloud else key_host
    if url is None:
        raise CommandError(f"no source says where Forge's keys of the cloud {key_host} are: give their URL")
    return ForgeKeys(url, http=urllib3.PoolManager()).public_key
