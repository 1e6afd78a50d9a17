"""Bridges over what MiniStack does not do of itself, by AWS's APIs after a deployment.

Each bridge hides something; docs/deploying.md says which, and how to see it on a real account.
"""

import json
from typing import Any

from tests.rehearsal.emulator import MiniStack

_METHODS = {"x-amazon-apigateway-any-method": "ANY"}


class NotDeployed(Exception):
    """A deployment lacks what it must have."""


def cross(cloud: MiniStack, stack_name: str, resources: dict[str, str]) -> None:
    """Make a deployment whole.

    Args:
        cloud: the emulator that it is on
        stack_name: of CloudFormation
        resources: the physical ids, by logical id

    Raises:
        NotDeployed: a route leads to no function
    """
    template = cloud.client("cloudformation").get_template(StackName=stack_name, TemplateStage="Processed")
    declared: dict[str, Any] = json.loads(json.dumps(template["TemplateBody"]))["Resources"]
    _import_routes(cloud, declared, resources)
    _serve(cloud, resources["Api"])
    _limit_workers(cloud, resources)


def _import_routes(cloud: MiniStack, declared: dict[str, Any], resources: dict[str, str]) -> None:
    """The HTTP API's OpenAPI body, which it does not import: a route for each method of each path."""
    api, gateway = resources["Api"], cloud.client("apigatewayv2")
    for kind in ("route", "integration"):
        for old in getattr(gateway, f"get_{kind}s")(ApiId=api)["Items"]:
            name = f"{kind.title()}Id"
            getattr(gateway, f"delete_{kind}")(**{"ApiId": api, name: old[name]})
    integrations: dict[str, str] = {}
    for path, methods in declared["Api"]["Properties"]["Body"]["paths"].items():
        for method, operation in methods.items():
            key = path if path == "$default" else f"{_METHODS.get(method, method.upper())} {path}"
            alias = alias_of(operation, key, resources)
            _may_be_invoked(cloud, alias, key)
            if alias not in integrations:
                integrations[alias] = gateway.create_integration(
                    ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=alias, PayloadFormatVersion="2.0"
                )["IntegrationId"]
            gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integrations[alias]}")


def alias_of(operation: dict[str, Any], route: str, resources: dict[str, str]) -> str:
    """The alias of the function that a route leads to.

    Args:
        operation: of the API's OpenAPI document
        route: for messages
        resources: the physical ids, by logical id

    Raises:
        NotDeployed: there is none
    """
    uri: str = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    logical_id = uri.partition("/functions/${")[2].partition("}")[0]
    if logical_id not in resources:
        raise NotDeployed(f"the route {route} leads to {logical_id}, which is no function of the stack")
    return resources[logical_id]


def _may_be_invoked(cloud: MiniStack, alias: str, route: str) -> None:
    """MiniStack's API invokes any function; API Gateway only those whose alias has a permission for it."""
    policy = cloud.client("lambda").get_policy(FunctionName=alias, Qualifier=alias.rpartition(":")[2])
    statements = json.loads(policy["Policy"])["Statement"]
    if not any(statement["Principal"] == {"Service": "apigateway.amazonaws.com"} for statement in statements):
        raise NotDeployed(f"the route {route}: API Gateway may not invoke {alias}")


def _serve(cloud: MiniStack, api: str) -> None:
    """A custom domain, since the emulator has no host names: the address that `BaseUrl` names."""
    gateway = cloud.client("apigatewayv2")
    domain = cloud.app_url.partition("://")[2].partition(":")[0]
    if domain not in {known["DomainName"] for known in gateway.get_domain_names()["Items"]}:
        gateway.create_domain_name(DomainName=domain)
    for mapping in gateway.get_api_mappings(DomainName=domain)["Items"]:
        gateway.delete_api_mapping(DomainName=domain, ApiMappingId=mapping["ApiMappingId"])
    gateway.create_api_mapping(DomainName=domain, ApiId=api, Stage="$default")


def _limit_workers(cloud: MiniStack, resources: dict[str, str]) -> None:
    """A parameter of the type Number stays a text there, by which the queue is not worked off."""
    client = cloud.client("lambda")
    uuid = resources["JiraCallsFunctionQueue"]
    limit = client.get_event_source_mapping(UUID=uuid)["ScalingConfig"]["MaximumConcurrency"]
    client.update_event_source_mapping(UUID=uuid, ScalingConfig={"MaximumConcurrency": int(limit)})
