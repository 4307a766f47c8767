"""The release contract: its variables have names that no user's can take, and a build fills in what Terraform said."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tealform.settings import loader
from tealform.settings.build import UPSTREAMS
from tealform.settings.release_templates import RESERVED_VARIABLES
from tealform.synth.synthesis import synthesize
from tests.inventory import ENVIRONMENTS, ROOT
from tests.support import Body, Template, environment, template
from tests.unit.artifacts.codebuild import Account

ENGINES = ("codedeploy", "ecs")
NAMES = loader.list_environments(ENVIRONMENTS)
MANY = """
cpu                       = 1024
memory                    = 3072
architecture              = "arm64"
capacity                  = { base = 1, on_demand = 2, spot = 3 }
environment               = { GREETING = "say \\"hi\\" $${HOME} %%{ 漢字 }", EMPTY = "" }
secrets                   = {
  DB    = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:url::"
  TOKEN = "arn:aws:ssm:eu-west-1:123456789012:parameter/token"
}
writable_paths            = ["/tmp", "/var/cache/app"]
stop_timeout              = 90
exec                      = true
read_only_root_filesystem = false
release {
  engine = "codedeploy"
  smoke_test { path = "/health" }
}
"""


def test_the_reserved_names_are_those_that_the_build_gets_and_sets() -> None:
    # What is there with some settings alone is reserved for all.
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/x-AbCdEf"
    registries = [
        f'pull_through_cache "{name}" {{\n {f"credentials = {json.dumps(secret)}" if each.needs_credentials else ""}\n}}'
        for name, each in UPSTREAMS.items()
    ]
    text = environment(service='build { cache = "ecr" }', top="\n".join(registries))
    # The build of a service in another account gets one more.
    given = {"TEMPLATES"}
    project = template(text).only("aws_codebuild_project")
    given |= {each["name"] for each in project["environment"]["environment_variable"]}
    buildspec = yaml.safe_load((ROOT / "artifacts" / "buildspec.yml").read_text(encoding="utf-8"))
    commands = [command for phase in buildspec["phases"].values() for command in phase["commands"]]
    assigned = {found[1] for command in commands if (found := re.match(r"([A-Z_]+)=", command))}
    assert "IMAGE_TAG" in assigned
    assert given | set(buildspec["env"]["variables"]) | assigned == RESERVED_VARIABLES


def evaluated(node: Any) -> Any:
    """A part of the generated Terraform as Terraform reads it; a reference becomes its own name."""
    if isinstance(node, dict):
        return {key: evaluated(value) for key, value in node.items()}
    if isinstance(node, list):
        return [evaluated(value) for value in node]
    if isinstance(node, str):
        return re.sub(r"([$%])\1\{|\$\{([^}]*)\}", lambda found: found[2] or f"{found[1]}{{", node)
    return node


def shipped(name: str, engine: str) -> Template:
    """An environment that is shipped, with this engine for all its services."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "environments")
        shutil.copytree(ENVIRONMENTS, copy)
        file = copy / name / loader.FILE
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"^  release \{$", f'  release {{\n    engine = "{engine}"', text, flags=re.MULTILINE))
        (generated,) = synthesize([loader.load(copy, name)], Path(scratch, "out")).values()
    return Template(json.loads(generated))


def cases() -> Iterator[Any]:
    for engine in ENGINES:
        for name in NAMES:
            yield pytest.param(name, engine, id=f"{name}-{engine}")
        yield pytest.param(None, engine, id=f"many options-{engine}")


@pytest.mark.parametrize(("name", "engine"), list(cases()))
def test_a_release_says_what_terraform_said_but_for_the_image(name: str | None, engine: str, account: Account) -> None:
    generated = shipped(name, engine) if name else template(environment(service=MANY.replace("codedeploy", engine)))
    services = evaluated(generated.resources("aws_ecs_service"))
    assert {each["deployment_controller"]["type"] for each in services.values()} == {
        {"codedeploy": "CODE_DEPLOY", "ecs": "ECS"}[engine]
    }
    for key, service in services.items():
        label = key.removeprefix("service-").removesuffix("_service")
        projects = generated.resources("aws_codebuild_project")
        # What is taken over from another environment is filled in with the same variables.
        build_or_not = projects.get(f"delivery-{label}_build_project") or projects[f"delivery-{label}_prepare_project"]
        project = evaluated(build_or_not)
        variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
        (provider,) = generated.document["provider"]["aws"]
        build = account.build(variables | {"AWS_REGION": provider["region"]})
        assert build.succeeded, build.output

        registered = evaluated(generated.resources("aws_ecs_task_definition")[f"service-{label}_task-definition"])
        assert build.task_definition == task_definition(registered)
        (resource,) = build.appspec["Resources"]
        assert resource["TargetService"]["Properties"] == properties(service)
        assert build.appspec.get("Hooks", []) == (hooks(generated, label) if engine == "codedeploy" else [])


def task_definition(registered: Body) -> Body:
    """What ``taskdef.json`` must say for a task definition of Terraform's."""
    told = {key: value for key, value in registered.items() if key not in ("//", "skip_destroy")}
    (container,) = json.loads(told.pop("container_definitions"))
    container.pop("command", None)
    platform = told.pop("runtime_platform")
    names = {
        "family": "family",
        "cpu": "cpu",
        "memory": "memory",
        "network_mode": "networkMode",
        "requires_compatibilities": "requiresCompatibilities",
        "task_role_arn": "taskRoleArn",
        "execution_role_arn": "executionRoleArn",
    }
    # All that Terraform says has its place: an argument that is new and not in the contract fails here.
    return {names[key]: value for key, value in told.items() if key != "volume"} | {
        "volumes": told.get("volume", []),
        "runtimePlatform": {
            "cpuArchitecture": platform["cpu_architecture"],
            "operatingSystemFamily": platform["operating_system_family"],
        },
        "containerDefinitions": [container | {"image": "<IMAGE1_NAME>"}],
    }


def properties(service: Body) -> Body:
    """What ``appspec.yml`` must say of a service of Terraform's."""
    (balancer,) = service["load_balancer"]
    network = service["network_configuration"]
    return {
        "TaskDefinition": "<TASK_DEFINITION>",
        "LoadBalancerInfo": {
            "ContainerName": balancer["container_name"],
            "ContainerPort": balancer["container_port"],
        },
        "PlatformVersion": service["platform_version"],
        "NetworkConfiguration": {
            "AwsvpcConfiguration": {
                "Subnets": network["subnets"],
                "SecurityGroups": network["security_groups"],
                "AssignPublicIp": "ENABLED" if network["assign_public_ip"] else "DISABLED",
            }
        },
        "CapacityProviderStrategy": [
            {"Base": each["base"], "CapacityProvider": each["capacity_provider"], "Weight": each["weight"]}
            for each in service["capacity_provider_strategy"]
        ],
    }


def hooks(generated: Template, label: str) -> list[Body]:
    """The smoke test's function, where there is one: no other hook is set here."""
    functions = [name for name in generated.document["resource"].get("aws_lambda_function", {}) if f"-{label}_" in name]
    return [{"AfterAllowTestTraffic": f"aws_lambda_function.{name}.arn"} for name in functions]
