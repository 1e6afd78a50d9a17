"""A deployed app, asked: its own row is opened, a request signed with it, and Jira's answer explained.

IAM: `cloudformation:DescribeStacks` and `cloudformation:ListStackResources` on the stack, and what
`connect_jira.auth.tenants` needs.
"""

import json
import os
import time
from http import HTTPStatus
from typing import Any

import urllib3

from connect_cli.doctor.app_facts import read_descriptor
from connect_cli.doctor.options import Options
from connect_cli.errors import CommandError
from connect_doctor.examination import Examined, examine
from connect_jira.composition import Composition
from connect_jira.errors import NotInstalled, SecretDoesNotOpen
from connect_jwt.diagnosis import Direction, Evidence
from connect_jwt.identity import ClientKey
from connect_jwt.signing import SigningIdentity, sign_request
from connect_tools.doctor.probe import METHOD, PATH, accepted, not_installed
from connect_tools.project import PROJECT
from connect_tools.target_stack import aws_errors, deployed_stack

DESCRIPTOR = str(PROJECT / "descriptor" / "atlassian-connect.json")

_TIMEOUT_SECONDS = 10
_PARAMETERS = {
    "Stage": "STAGE",
    "AtlassianCloud": "ATLASSIAN_CLOUD",
    "ExtraSiteUrl": "EXTRA_SITE_URL",
    "UserTokensUrl": "USER_TOKENS_URL",
}
_NOT_NEEDED = {
    "BASE_URL": "",
    "FURTHER_BASE_URLS": "",
    "INSTALL_KEYS_URL": "",
    "INSTALL_KEY_PREFIX": "",
    "FORGE_APP_ID": "",
    "FORGE_KEYS_URL": "",
    "EXTRA_FORGE_API_URL": "",
    "EXTRA_FORGE_MODULE_TYPES": "",
}
"""It is a call of Connect's side that is asked about."""


def ask_deployed(options: Options, client_key: ClientKey) -> Examined:
    """Ask Jira who the app is, signed as the deployed app would sign.

    Args:
        options: of the command; `stack` is the name of the CloudFormation stack
        client_key: the site

    Raises:
        CommandError: AWS or Jira gives no answer that says anything
        TemporarilyUnavailable: likewise, of the table or the key
    """
    environment = function_environment(options.stack or "")
    composition = Composition.from_env({**os.environ, **environment})
    known = Evidence(
        direction=Direction.TO_JIRA,
        method=METHOD,
        app_key=composition.app.app_key,
        client_key=client_key,
        scopes=read_descriptor(DESCRIPTOR, stage=environment["STAGE"]).scopes,
        now=time.time(),
    )
    try:
        identity = composition.tenants.signing_identity(client_key)
    except NotInstalled:
        return not_installed(known)
    except SecretDoesNotOpen as wrong:
        raise CommandError(
            f"KMS does not open this site's secret for {composition.app.app_key}: "
            "is the descriptor here the one that was deployed?"
        ) from wrong
    return _ask(identity, known)


def function_environment(stack: str) -> dict[str, str]:
    """The environment variables that template.yaml gives the functions of a deployed stack.

    Raises:
        CommandError: AWS does not say, or this is another stack
    """
    deployed = deployed_stack(stack)
    with aws_errors():
        (described,) = deployed.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])}
    missing = [name for name in _PARAMETERS if name not in parameters]
    if missing:
        raise CommandError(f"{deployed.name} is not one of this project: it has no {missing[0]}")
    return (
        {"DESCRIPTOR_PATH": DESCRIPTOR}
        | _NOT_NEEDED
        | {variable: parameters[name] for name, variable in _PARAMETERS.items()}
        | {
            "INSTALLATIONS_TABLE": deployed.resource("Installations"),
            "SECRETS_KEY": parameters.get("SecretsKeyArn") or deployed.resource("SecretsKey"),
            "OTHER_SECRETS_KEY": parameters.get("OtherSecretsKeyArn", ""),
        }
    )


def _ask(identity: SigningIdentity, known: Evidence) -> Examined:
    url, now = f"{identity.base_url}{PATH}", time.time()
    token = sign_request(identity, METHOD, url, now=now)
    headers = {"Accept": "application/json", "Authorization": f"JWT {token}"}
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT_SECONDS) as http:
            answer = http.request(METHOD, url, headers=headers, retries=False, redirect=False)
    except urllib3.exceptions.HTTPError as failure:
        raise CommandError(f"{identity.base_url} gives no answer: {type(failure).__name__}") from failure
    examined = examine(
        Evidence(
            direction=known.direction,
            method=METHOD,
            url=url,
            headers=headers,
            app_key=known.app_key,
            client_key=known.client_key,
            secrets=(identity.shared_secret,),
            base_url=identity.base_url,
            scopes=known.scopes,
            now=now,
            status=answer.status,
            response_headers=answer.headers,
            response_body=answer.data.decode(errors="replace"),
        )
    )
    return accepted(examined, _json(answer.data)) if answer.status == HTTPStatus.OK else examined


def _json(data: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(data)
    except ValueError:
        return None
