"""A stack that was deployed to the emulator, as tests of the laptop's stack know one."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

from starlette.types import Receive, Scope, Send

from connect_local.jira.forge.platform import LAPTOP_APP_ID
from connect_local.jira.laptop import LaptopJira
from connect_local.jira.lifecycle import LifecycleResult
from connect_local.jira.tenant import Tenant
from connect_local.laptop.invocations import InvocationResult
from connect_local.laptop.ports import listen
from connect_local.laptop.servers import ThreadedServer
from tests.rehearsal.bridges import cross
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.release import Release, stage_settings

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """A function, invoked by the alias that its events have."""

    cloud: MiniStack
    name: str

    def invoke(self, event: bytes) -> InvocationResult:
        answer = self.cloud.client("lambda").invoke(FunctionName=self.name, Qualifier="live", Payload=event)
        return InvocationResult(answer["Payload"].read(), failed="FunctionError" in answer)


class DeployedCloud:
    """The stack's resources as CloudFormation knows them, and the services that they are in."""

    def __init__(self, ministack: MiniStack, stack_name: str) -> None:
        self._ministack, self._stack_name = ministack, stack_name

    def client(self, service: str) -> Any:
        return self._ministack.client(service)

    def attribute(self, logical_id: str, name: str) -> str:
        """The value of `Ref`; no other attribute is asked for."""
        assert name == "Ref"
        return self.resources()[logical_id]

    def resources(self) -> dict[str, str]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=self._stack_name)
            for resource in page["StackResourceSummaries"]
        }

    def outputs(self) -> dict[str, str]:
        (stack,) = self.client("cloudformation").describe_stacks(StackName=self._stack_name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


class RehearsedStack:
    """A stage of this project, and a Jira that installs it; a context manager.

    Attributes:
        name: CloudFormation's
        jira: a Jira of ours, which the functions reach on this machine
        deployed: the output of the last `sam deploy`
    """

    def __init__(self, ministack: MiniStack, stage: str, keys_urls: Sequence[str] = ()) -> None:
        self._ministack, self._stage, self._keys_urls = ministack, stage, keys_urls
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        listener = listen(0, "")
        self._parts.callback(listener.close)
        self._jira_url = f"http://localhost:{listener.getsockname()[1]}"
        self.jira = self._new_jira()
        server = ThreadedServer(self._answer, listener, http=LaptopJira.protocol, interface="asgi3")
        self._parts.callback(server.stop)
        server.start()
        return self

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.jira.app(scope, receive, send)

    def _new_jira(self) -> LaptopJira:
        return LaptopJira(base_url=self._jira_url, descriptor_url=self.descriptor_url)

    def renew_jira(self) -> None:
        """Put a Jira in the place of the one that is there: with other sites, and other keys."""
        before, self.jira = self.jira, self._new_jira()
        before.close()

    def __exit__(self, *_: object) -> None:
        self._parts.close()
        self.jira.close()

    @property
    def base_url(self) -> str:
        return self._ministack.app_url

    @property
    def descriptor_url(self) -> str:
        return f"{self.base_url}/atlassian-connect.json"

    @property
    def functions(self) -> Mapping[str, DeployedFunction]:
        names = self.cloud.resources()
        return {
            logical_id: DeployedFunction(self._ministack, name)
            for logical_id, name in names.items()
            if logical_id.endswith("Function")
        }

    def versions(self) -> dict[str, str]:
        """The version that each function's alias points to."""
        client = self.cloud.client("lambda")
        return {
            logical_id: client.get_alias(FunctionName=function.name, Name="live")["FunctionVersion"]
            for logical_id, function in self.functions.items()
        }

    def deploy(self, release: Release, **parameters: str) -> None:
        """Create or update it by `sam deploy`.

        Args:
            release: a built one
            parameters: of the template, besides those that any stack here needs
        """
        settings = stage_settings(release.project, self._stage)
        self.name = str(settings["global"]["parameters"]["stack_name"])
        self.deployed = release.deploy(self._ministack, self._stage, self._parameters() | parameters)
        self.cloud = DeployedCloud(self._ministack, self.name)
        cross(self._ministack, self.name, self.cloud.resources())

    def install(self, tenant: Tenant) -> LifecycleResult:
        """Have a site install the app: again when it says 503, cannot just now, as on a busy machine."""
        for _ in range(_ATTEMPTS):
            result = tenant.lifecycle.install(self.descriptor_url)
            if result.installed or result.decisive.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
        assert result.installed, result
        return result

    def delete(self, release: Release) -> None:
        """Remove it by `sam delete`."""
        release.delete(self._ministack, self._stage)

    def _parameters(self) -> dict[str, str]:
        jira = self.jira
        return {
            "BaseUrl": self.base_url,
            "InstallKeysUrl": ",".join([*self._keys_urls, *jira.install_keys_urls]),
            "ExtraSiteUrl": jira.base_url,
            "ForgeAppId": LAPTOP_APP_ID,
            "ForgeKeysUrl": jira.forge.keys_url,
            "ExtraForgeApiUrl": jira.base_url,
            "UserTokensUrl": jira.oauth_url,
            "AllJsUrl": jira.all_js_url,
        }
