"""AWS behind the laptop's functions: what template.yaml declares is made in moto."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from connect_cli.errors import CommandError
from connect_local.laptop.atomic_writes import AtomicWrites
from connect_local.laptop.dynamodb_local import DynamoDBLocal
from connect_local.laptop.event_bus import let_invoke
from connect_local.laptop.no_browsers import NoBrowsers
from connect_local.laptop.resources import MAKERS, WITHOUT_EFFECT
from connect_local.laptop.service_faults import ServiceFault, ServiceFaults
from connect_tools.aws_environment import NOBODYS, forget_real_aws
from connect_tools.loopback import LOOPBACK
from connect_tools.template import EventRule, Template


class LaptopCloud:
    """The services that functions call, and the resources in them.

    A resource is made when something first refers to it.

    Args:
        template: with the resources to make
        engine: `moto` for everything, or `dynamodb-local` for the table
    """

    def __init__(self, template: Template, *, engine: str = "moto") -> None:
        forget_real_aws()
        self._template = template
        self._attributes: dict[str, Mapping[str, str]] = {}
        self._clients: dict[str, Any] = {}
        self._dynamodb_local = DynamoDBLocal() if engine == "dynamodb-local" else None
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._faults = ServiceFaults(AtomicWrites(DomainDispatcherApplication(create_backend_app)))
        services = NoBrowsers(self._faults)
        self._moto = make_server(LOOPBACK, 0, services, threaded=True, request_handler=MotoRequestHandler)
        self._thread = threading.Thread(target=self._moto.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        """Start the services."""
        self._thread.start()
        if self._dynamodb_local:
            self._dynamodb_local.start()

    def stop(self) -> None:
        """Stop the services; what they held is gone."""
        if self._thread.is_alive():
            self._moto.shutdown()
        self._moto.server_close()
        if self._dynamodb_local:
            self._dynamodb_local.stop()

    @property
    def endpoint(self) -> str:
        """URL of the services that have no other."""
        return f"http://{LOOPBACK}:{self._moto.server_port}"

    @property
    def endpoints(self) -> dict[str, str]:
        """URL of each service that has its own."""
        return {"dynamodb": self._dynamodb_local.url if self._dynamodb_local else self.endpoint}

    def fail(self, service: str, *, seconds: float, delay: float | None = None) -> None:
        """Let a service fail, or be slow, for a while; `ServiceFaults.order` says how.

        Raises:
            CommandError: this one cannot be made to fail
        """
        if service == "dynamodb" and self._dynamodb_local:
            raise CommandError("DynamoDB Local does not fail on order: start the stack with --engine moto")
        self._faults.order(service, seconds=seconds, delay=delay)

    def faults(self) -> Mapping[str, ServiceFault]:
        """The ordered faults, by service."""
        return self._faults.pending()

    def clear_faults(self) -> None:
        """Let every service work."""
        self._faults.clear()

    def environment(self) -> dict[str, str]:
        """The environment variables that lead a function's AWS clients here."""
        own = {f"AWS_ENDPOINT_URL_{service.upper()}": url for service, url in self.endpoints.items()}
        return {**NOBODYS, "AWS_ENDPOINT_URL": self.endpoint, **own}

    def client(self, service: str) -> Any:  # noqa: ANN401 - each caller knows the service
        """A client for one of the services."""
        if service not in self._clients:  # to make one takes longer than most requests
            make_client: Callable[..., Any] = boto3.client  # its types know services by literal names only
            endpoint = self.endpoints.get(service, self.endpoint)
            self._clients[service] = make_client(service, endpoint_url=endpoint)
        return self._clients[service]

    def use(self, template: Template) -> None:
        """Make what is needed from now on by another template; what is there stays."""
        self._template = template

    def attribute(self, logical_id: str, name: str) -> str:
        """An attribute of a resource, or what `Ref` means for it.

        Of a resource that is not there on the laptop it is a text that says so.

        Raises:
            CommandError: the template has no such resource, or its properties cannot be used
        """
        if logical_id not in self._attributes:
            self._attributes[logical_id] = self._made(logical_id)
        return self._attributes[logical_id].get(name, f"{logical_id}.{name}-is-not-on-the-laptop")

    def rename(self, logical_id: str, physical_id: str) -> None:
        """Let a resource be known by another physical id, which its service has given it."""
        before = self.attribute(logical_id, "Ref")
        self._attributes[logical_id] = {
            name: value.replace(before, physical_id) for name, value in self._attributes[logical_id].items()
        }

    def resources(self) -> dict[str, str]:
        """Values of `Ref` for each resource, by logical id; resources not referred to yet are created."""
        return {
            name: self.attribute(name, "Ref")
            for name, (kind, _) in self._template.all_resources().items()
            if kind in MAKERS
        }

    def missing(self) -> list[str]:
        """One line for each resource and parameter of the template that is not there on the laptop."""
        return [
            f"{name} ({kind}) is not there on the laptop"
            for name, (kind, _) in self._template.all_resources().items()
            if kind not in MAKERS and not kind.startswith(WITHOUT_EFFECT)
        ] + [
            f"the parameter {name} has no Default: it is {value!r} on the laptop"
            for name, value in self._template.without_default.items()
        ]

    def _made(self, logical_id: str) -> Mapping[str, str]:
        kind, properties = self._template.resource(logical_id)
        if kind not in MAKERS:
            return {}
        service, make = MAKERS[kind]
        resolved = self._template.resolve(properties, self.attribute)
        try:
            return make(self.client(service), f"{self._template.stack_name}-{logical_id}", resolved)
        except KeyError as error:
            raise CommandError(f"template.yaml: {logical_id} has no {error.args[0]}") from error
        except (BotoCoreError, ClientError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"template.yaml: {logical_id} cannot be made: {reason}") from error

    def hide_received(self, queue: str, *, seconds: int) -> None:
        """Hide what is received from a queue for another time than the template says."""
        self.client("sqs").set_queue_attributes(
            QueueUrl=self.attribute(queue, "Ref"), Attributes={"VisibilityTimeout": str(seconds)}
        )

    def make_rule(self, rule: EventRule, invoke: Callable[[bytes], object]) -> None:
        """Make a rule of EventBridge.

        Args:
            rule: the rule
            invoke: takes each event that it lets through
        """
        name = f"{self._template.stack_name}-{rule.logical_id}"
        events = self.client("events")
        events.put_rule(Name=name, EventBusName=rule.bus, EventPattern=json.dumps(rule.pattern))
        let_invoke(rule.bus, name, invoke)

    def deliver(self, destination: str, record: dict[str, Any]) -> None:
        """Send a record of Lambda's to the queue with this ARN."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=destination.rpartition(":")[2])["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(record))
