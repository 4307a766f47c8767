"""What every environment under environments/ must be, whoever added it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tealform.service import lambda_packages
from tealform.settings import loader
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth.synthesis import synthesize
from tests.inventory import ENVIRONMENTS, generated, inventory, recorded
from tests.unit.artifacts.codebuild import Account

NAMES = loader.list_environments(ENVIRONMENTS)
REFERENCE = re.compile(r"\$\{(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.[a-z0-9_.]+\}")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def settings(name: str) -> LoadedEnvironment:
    return loader.load(ENVIRONMENTS, name)


@pytest.fixture
def document(name: str) -> dict[str, Any]:
    return generated(name)


def strings(node: object) -> Iterator[str]:
    """All text in a document, keys left out."""
    if isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    elif isinstance(node, str):
        yield node


def test_there_are_the_three_that_the_readme_speaks_of() -> None:
    assert {"dev", "staging", "prod"} <= set(NAMES)


def test_what_is_committed_is_what_the_settings_say(name: str, settings: LoadedEnvironment, tmp_path: Path) -> None:
    fresh = synthesize([settings], tmp_path)[name]
    committed = (ENVIRONMENTS / name / GENERATED).read_text(encoding="utf-8")
    assert committed == fresh, f"environments/{name}/{GENERATED} is out of date; run: tealform synth {name}"


def test_the_programs_beside_it_are_those_that_it_runs(
    name: str, settings: LoadedEnvironment, document: dict[str, Any]
) -> None:
    there = {file.name: file.read_bytes() for file in (ENVIRONMENTS / name).glob("*.zip")}
    assert there == {
        program.archive: program.content for program in lambda_packages.list_packages(settings.environment)
    }
    functions = document["resource"].get("aws_lambda_function", {}).values()
    assert {function["filename"] for function in functions} == there.keys()


def test_the_inventory_is_the_recorded_one(name: str, document: dict[str, Any]) -> None:
    assert inventory(document) == recorded(name), "look at the difference; if it is meant, run: make inventory"


def test_no_absolute_path_and_no_time_is_in_it(name: str) -> None:
    text = (ENVIRONMENTS / name / GENERATED).read_text(encoding="utf-8")
    assert str(ENVIRONMENTS.parent) not in text
    assert str(Path.home()) in ("/", "") or str(Path.home()) not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT", text)


def test_every_reference_leads_to_something(document: dict[str, Any]) -> None:
    for text in strings({key: document[key] for key in ("resource", "data", "output")}):
        for data, kind, key in REFERENCE.findall(text):
            assert key in document["data" if data else "resource"].get(kind, {}), text


def test_no_list_in_it_is_empty(document: dict[str, Any]) -> None:
    def empty(node: object, path: str) -> Iterator[str]:
        if node == []:
            yield path
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in items:
            yield from empty(value, f"{path}/{key}")

    assert list(empty({"resource": document["resource"], "data": document["data"]}, "")) == []


def test_policies_are_documents_not_strings(document: dict[str, Any]) -> None:
    for kind, key in (
        ("aws_iam_role", "assume_role_policy"),
        ("aws_iam_role_policy", "policy"),
        ("aws_s3_bucket_policy", "policy"),
        ("aws_kms_key_policy", "policy"),
    ):
        for body in document["resource"][kind].values():
            assert re.fullmatch(r"\$\{data\.aws_iam_policy_document\.[\w-]+\.json\}", body[key])


def test_only_this_account_is_let_in(document: dict[str, Any], settings: LoadedEnvironment) -> None:
    (provider,) = document["provider"]["aws"]
    assert provider["allowed_account_ids"] == [settings.context.account]
    assert provider["region"] == settings.context.region
    assert provider["default_tags"][0]["tags"]["environment"] == settings.name


def test_a_release_registers_what_terraform_registered(
    document: dict[str, Any], settings: LoadedEnvironment, account: Account
) -> None:
    for name in settings.environment.service:
        projects = document["resource"]["aws_codebuild_project"]
        # What is taken over from another environment is filled in with the same variables.
        project = projects.get(f"delivery-{name}_build_project") or projects[f"delivery-{name}_prepare_project"]
        variables = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
        # Terraform fills references in; here any text does.
        variables = {key: re.sub(r"(?<!\$)\$\{[^}]*\}", "reference", value) for key, value in variables.items()}
        build = account.build(variables | {"AWS_REGION": settings.context.region})
        assert build.succeeded, build.output

        registered = document["resource"]["aws_ecs_task_definition"][f"service-{name}_task-definition"]
        (first,) = json.loads(registered["container_definitions"])
        released = build.task_definition
        (container,) = released["containerDefinitions"]
        assert container == {key: value for key, value in first.items() if key != "command"} | {
            "image": "<IMAGE1_NAME>"
        }
        for key, tf in (("family", "family"), ("cpu", "cpu"), ("memory", "memory"), ("networkMode", "network_mode")):
            assert released[key] == registered[tf]
        assert released["runtimePlatform"]["cpuArchitecture"] == registered["runtime_platform"]["cpu_architecture"]
        assert [volume["name"] for volume in released["volumes"]] == [
            volume["name"] for volume in registered.get("volume", [])
        ]

        service = document["resource"]["aws_ecs_service"][f"service-{name}_service"]
        properties = build.appspec["Resources"][0]["TargetService"]["Properties"]
        (balancer,) = service["load_balancer"]
        assert properties["TaskDefinition"] == "<TASK_DEFINITION>"
        assert properties["LoadBalancerInfo"] == {
            "ContainerName": balancer["container_name"],
            "ContainerPort": balancer["container_port"],
        }
        assert properties["PlatformVersion"] == service["platform_version"]
        assert [
            (each["CapacityProvider"], each["Base"], each["Weight"]) for each in properties["CapacityProviderStrategy"]
        ] == [
            (each["capacity_provider"], each["base"], each["weight"]) for each in service["capacity_provider_strategy"]
        ]
        stages = document["resource"]["aws_codepipeline"][f"delivery-{name}_pipeline"]["stage"]
        (deploy,) = (stage["action"][0] for stage in stages if stage["name"] == "Deploy")
        assert f"<{deploy['configuration']['Image1ContainerName']}>" == container["image"]
        assert deploy["configuration"]["AppSpecTemplatePath"] in build.exported
        assert deploy["configuration"]["TaskDefinitionTemplatePath"] in build.exported
