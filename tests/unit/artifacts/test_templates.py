"""What ``taskdef.json`` and ``appspec.yml`` say before and after a build has filled them in."""

import json
import re
from typing import Any

import pytest
import yaml

from tealform.settings.release_templates import Placement, Task, hooks_variables
from tests.unit.artifacts.codebuild import APPSPEC_VARIABLES, ARTIFACTS, TASK_VARIABLES, Account

AWKWARD = "say \"hi\" \\ $TASK_FAMILY ${HOME} $1 `id` 'x' \n\t <TASK_DEFINITION> % # : é 漢字 🚢"

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:look"

EXPECTED_TASK_DEFINITION: dict[str, Any] = {
    "family": "shop-dev-web",
    "taskRoleArn": "arn:aws:iam::123456789012:role/shop-dev-web-task",
    "executionRoleArn": "arn:aws:iam::123456789012:role/shop-dev-web-execution",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
    "volumes": [{"name": "tmp"}],
    "containerDefinitions": [
        {
            "name": "web",
            "image": "<IMAGE1_NAME>",
            "essential": True,
            "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
            "environment": [{"name": "COLOUR", "value": "green"}, {"name": "PORT", "value": "8080"}],
            "secrets": [
                {"name": "TOKEN", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token"},
            ],
            "readonlyRootFilesystem": True,
            "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}],
            "linuxParameters": {"initProcessEnabled": True},
            "stopTimeout": 30,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/shop/dev/web",
                    "awslogs-region": "eu-west-1",
                    "awslogs-stream-prefix": "web",
                },
            },
        }
    ],
}

EXPECTED_PROPERTIES: dict[str, Any] = {
    "TaskDefinition": "<TASK_DEFINITION>",
    "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 8080},
    "PlatformVersion": "LATEST",
    "NetworkConfiguration": {
        "AwsvpcConfiguration": {
            "Subnets": ["subnet-0a1", "subnet-0b2"],
            "SecurityGroups": ["sg-0c3"],
            "AssignPublicIp": "DISABLED",
        }
    },
    "CapacityProviderStrategy": [{"Base": 1, "CapacityProvider": "FARGATE", "Weight": 1}],
}


def properties(appspec: dict[str, Any]) -> dict[str, Any]:
    (resource,) = appspec["Resources"]
    return dict(resource["TargetService"]["Properties"])


def test_the_task_definition_is_the_expected_one_in_the_expected_order(account: Account) -> None:
    task_definition = account.build().task_definition

    # As text, because dicts that differ only in order, or True and 1, are equal.
    assert json.dumps(task_definition, indent=1) == json.dumps(EXPECTED_TASK_DEFINITION, indent=1)


def test_the_appspec_is_the_expected_one(account: Account) -> None:
    appspec = account.build().appspec

    assert json.dumps(properties(appspec)) == json.dumps(EXPECTED_PROPERTIES)
    assert appspec["version"] == 0.0
    assert appspec["Resources"][0]["TargetService"]["Type"] == "AWS::ECS::Service"


@pytest.mark.parametrize(
    "hooks",
    [
        {"BeforeInstall": FUNCTION},
        {"AfterInstall": f"{FUNCTION}:live", "AfterAllowTestTraffic": FUNCTION, "AfterAllowTraffic": f"{FUNCTION}:7"},
    ],
)
def test_hooks_stand_in_the_appspec_as_codedeploy_reads_them(account: Account, hooks: dict[str, str]) -> None:
    build = account.build(hooks_variables(hooks))

    assert build.appspec["Hooks"] == [{event: arn} for event, arn in hooks.items()]
    assert json.dumps(properties(build.appspec)) == json.dumps(EXPECTED_PROPERTIES)


def test_without_hooks_the_appspec_does_not_speak_of_them(account: Account) -> None:
    appspec = account.build(hooks_variables({})).appspec

    assert set(appspec) == {"version", "Resources"}
    assert json.dumps(properties(appspec)) == json.dumps(EXPECTED_PROPERTIES)


def test_a_release_registers_what_terraform_registered_as_revision_1(account: Account) -> None:
    task = Task(
        family="shop-prod-api",
        cpu=1024,
        memory=2048,
        architecture="arm64",
        task_role_arn="arn:aws:iam::123456789012:role/task",
        execution_role_arn="arn:aws:iam::123456789012:role/execution",
        container_name="api",
        port=9000,
        log_group="/shop/prod/api",
        region="ap-northeast-1",
        read_only_root_filesystem=False,
        stop_timeout=90,
        environment={"GREETING": AWKWARD, "PORT": "9000"},
        secrets={"TOKEN": "arn:aws:ssm:ap-northeast-1:123456789012:parameter/token"},
        writable_paths=["/tmp", "/var/cache/app"],
    )
    placement = Placement(subnets=["subnet-1"], security_groups=["sg-1"], base=1, on_demand=1, spot=3)

    build = account.build({**task.variables(), **placement.variables(), "AWS_REGION": task.region})

    assert build.succeeded, build.output
    assert build.task_definition["containerDefinitions"] == [task.container("<IMAGE1_NAME>")]
    assert build.task_definition["volumes"] == [{"name": name} for name in task.volumes()]
    assert properties(build.appspec)["CapacityProviderStrategy"] == placement.strategy()


def test_values_survive_whatever_they_hold(account: Account) -> None:
    environment = [{"name": "GREETING", "value": AWKWARD}]
    build = account.build({"CONTAINER_ENVIRONMENT": json.dumps(environment), "LOG_GROUP": AWKWARD})

    (container,) = build.task_definition["containerDefinitions"]
    assert container["environment"] == environment
    assert container["logConfiguration"]["options"]["awslogs-group"] == AWKWARD


def test_the_appspec_survives_awkward_names(account: Account) -> None:
    name = 'we"b \\ $TASK_FAMILY: # é'
    build = account.build({"CONTAINER_NAME": name})

    assert properties(build.appspec)["LoadBalancerInfo"]["ContainerName"] == name


@pytest.mark.parametrize("text", ["$lower", "$Mixed", "${TASK_FAMILY}", "$$", "$1", "costs 5$", "$MIXEDcase"])
def test_other_dollars_stay(account: Account, text: str) -> None:
    build = account.build(template=json.dumps({"note": text, "family": "$TASK_FAMILY"}))

    assert build.succeeded, build.output
    assert build.task_definition == {"note": text, "family": "shop-dev-web"}


def test_a_placeholder_is_replaced_anywhere_in_a_string(account: Account) -> None:
    build = account.build(template='{"a": "x-$TASK_FAMILY/$TASK_CPU.", "b": "see json:$TASK_CPU"}')

    assert build.task_definition == {"a": "x-shop-dev-web/256.", "b": "see json:256"}


def test_a_task_definition_that_is_not_json_ends_the_build(account: Account) -> None:
    build = account.build(template='{"family": "$TASK_FAMILY",}')

    assert not build.succeeded
    assert "taskdef.json: not JSON" in build.output
    assert not build.calls


def test_the_templates_can_be_read_as_they_stand() -> None:
    assert json.loads((ARTIFACTS / "taskdef.json").read_text())["family"] == "$TASK_FAMILY"
    appspec = yaml.safe_load((ARTIFACTS / "appspec.yml").read_text())
    assert properties(appspec)["TaskDefinition"] == "<TASK_DEFINITION>"


@pytest.mark.parametrize(
    ("file", "variables"), [("taskdef.json", set(TASK_VARIABLES)), ("appspec.yml", set(APPSPEC_VARIABLES))]
)
def test_a_template_uses_each_of_its_variables_and_no_other(file: str, variables: set[str]) -> None:
    assert set(re.findall(r"\$(\w+)", (ARTIFACTS / file).read_text())) == variables
