"""Sign and verify Atlassian Connect's JSON Web Tokens and Forge's invocation tokens.

Pure Python, no AWS; usable on its own. What an app needs is exported from here, and loaded when it is first
named: only what verifies RS256 loads PyJWT and cryptography (the extra `rsa`).

- `connect_jwt.canonical`: the canonical request and its hash, the `qsh` claim
- `connect_jwt.signing`: tokens for the requests that an app sends to Jira
- `connect_jwt.verifying`: tokens of the requests that Jira sends to an app, one function for each kind
- `connect_jwt.install_keys`: the public keys of signed installs
- `connect_jwt.invocations`: Forge invocation tokens, which replace both once an app is on Forge
- `connect_jwt.forge_keys`: the public keys of invocation tokens
- `connect_jwt.origins`: origin of an invocation, Forge itself or a page
- `connect_jwt.forge_sites`: Jira's address in an invocation token
- `connect_jwt.diagnosis`: explanation of a refused token, from the evidence
- `connect_jwt.scopes`: the scope that a REST call needs
- `connect_jwt.clouds`: Atlassian's clouds, with their sites' domains and key hosts
- `connect_jwt.tokens`: find the token in a request, and parse it before it is trusted
- `connect_jwt.deadlines`: a time limit for any work
- `connect_jwt.identity`: the types of the app key, the client key and the shared secret
- `connect_jwt.errors`: every exception raised on purpose
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_jwt.canonical import canonical_request, query_string_hash
    from connect_jwt.clouds import CLOUDS, Cloud
    from connect_jwt.errors import (
        ConnectError,
        ForgeReason,
        KeyHostUnavailable,
        Reason,
        RefusedUnsigned,
        SignatureMismatch,
        TokenRefused,
        UrlNotSignable,
    )
    from connect_jwt.forge_keys import ForgeKeys
    from connect_jwt.identity import AppKey, ClientKey, SharedSecret
    from connect_jwt.install_keys import InstallKeys
    from connect_jwt.invocations import MAX_FORGE_TOKEN_BYTES, VerifiedInvocation, verify_invocation_token
    from connect_jwt.origins import InvocationOrigin
    from connect_jwt.signing import SigningIdentity, sign_request, sign_user_assertion
    from connect_jwt.tokens import UnverifiedToken, find_bearer_token, find_token, parse_token
    from connect_jwt.verifying import (
        SignedRequest,
        VerifiedToken,
        verify_context_token,
        verify_install_token,
        verify_request_token,
    )

__all__ = [
    "CLOUDS",
    "MAX_FORGE_TOKEN_BYTES",
    "AppKey",
    "ClientKey",
    "Cloud",
    "ConnectError",
    "ForgeKeys",
    "ForgeReason",
    "InstallKeys",
    "InvocationOrigin",
    "KeyHostUnavailable",
    "Reason",
    "RefusedUnsigned",
    "SharedSecret",
    "SignatureMismatch",
    "SignedRequest",
    "SigningIdentity",
    "TokenRefused",
    "UnverifiedToken",
    "UrlNotSignable",
    "VerifiedInvocation",
    "VerifiedToken",
    "canonical_request",
    "find_bearer_token",
    "find_token",
    "parse_token",
    "query_string_hash",
    "sign_request",
    "sign_user_assertion",
    "verify_context_token",
    "verify_install_token",
    "verify_invocation_token",
    "verify_request_token",
]

_MODULES = {
    "canonical_request": "canonical",
    "query_string_hash": "canonical",
    "CLOUDS": "clouds",
    "Cloud": "clouds",
    "ConnectError": "errors",
    "ForgeReason": "errors",
    "KeyHostUnavailable": "errors",
    "Reason": "errors",
    "RefusedUnsigned": "errors",
    "SignatureMismatch": "errors",
    "TokenRefused": "errors",
    "UrlNotSignable": "errors",
    "ForgeKeys": "forge_keys",
    "AppKey": "identity",
    "ClientKey": "identity",
    "SharedSecret": "identity",
    "InstallKeys": "install_keys",
    "MAX_FORGE_TOKEN_BYTES": "invocations",
    "VerifiedInvocation": "invocations",
    "verify_invocation_token": "invocations",
    "InvocationOrigin": "origins",
    "SigningIdentity": "signing",
    "sign_request": "signing",
    "sign_user_assertion": "signing",
    "find_bearer_token": "tokens",
    "find_token": "tokens",
    "UnverifiedToken": "tokens",
    "parse_token": "tokens",
    "SignedRequest": "verifying",
    "VerifiedToken": "verifying",
    "verify_context_token": "verifying",
    "verify_install_token": "verifying",
    "verify_request_token": "verifying",
}


def __getattr__(name: str) -> object:
    """Load an exported name on its first use.

    Raises:
        AttributeError: nothing of this name is
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
