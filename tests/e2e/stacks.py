"""A running stack as tests see it, on the laptop or deployed."""

from collections.abc import Mapping
from typing import Any, Protocol

from connect_local.jira.laptop import LaptopJira
from connect_local.laptop.invocations import InvocationResult


class Function(Protocol):
    """A function of the stack."""

    def invoke(self, event: bytes, /) -> InvocationResult: ...


class Cloud(Protocol):
    """The services, and the stack's resources in them."""

    def client(self, service: str, /) -> Any: ...

    def attribute(self, logical_id: str, name: str, /) -> str: ...


class Stack(Protocol):
    """A stack."""

    @property
    def base_url(self) -> str: ...

    @property
    def descriptor_url(self) -> str: ...

    @property
    def jira(self) -> LaptopJira | None: ...

    @property
    def cloud(self) -> Cloud: ...

    @property
    def functions(self) -> Mapping[str, Function]: ...
