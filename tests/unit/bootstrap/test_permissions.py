"""The roles of whoever runs Terraform: no wider than what is named here, and never over themselves."""

from __future__ import annotations

import functools
import re
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from tealform.bootstrap import permissions
from tealform.bootstrap.permissions.resource_arns import ResourceArns
from tealform.plan import guard
from tealform.policy.iam import policy_reader
from tealform.policy.iam.allowlist import Exemption
from tealform.policy.iam.lint import find_violations
from tealform.policy.iam.policy_reader import Permissions, Policy, PolicyStatement, Role
from tealform.settings import loader
from tests.support import environment
from tests.unit.bootstrap.projects import ACCOUNT, CLOUD, GITHUB, OTHER, S3, bootstrapped, shared, write
from tests.unit.plan.plans import change, plan, prior, resource

ROLE, KEY = "aws_iam_role.runner-*", "aws_kms_key.state-*_key"
AWSS_OWN = "Nobody knows the id before it is there, and what is changed or deleted must have the environment's tags"
EXCEPTIONS = (
    *(
        Exemption("IAM_WIDE", "arn:*:ec2:*:*/[*]", ROLE, sid, AWSS_OWN)
        for sid in (
            "ChangeNetwork",
            "EmptyDefaultGroup",
            "LookAtVpc",
            "MakeElasticIp",
            "MakeInternetGateway",
            "MakeNatgateway",
            "MakeRouteTable",
            "MakeSecurityGroup",
            "MakeSecurityGroupRule",
            "MakeSubnet",
            "MakeVpc",
            "MakeVpcEndpoint",
            "MakeVpcFlowLog",
            "ReleaseInterface",
            "TagWhatHasNone",
            "TagWhatIsMade",
            "TagWhatIsOurs",
        )
    ),
    *(
        Exemption("IAM_WIDE", "arn:*:kms:*:key/[*]", ROLE, sid, AWSS_OWN)
        for sid in (
            "DeleteKeys",
            "LendKeys",
            "LookAtKeys",
            "NameKeys",
            "ReadFunctionVariables",
            "SetUpKeys",
            "WriteFunctionVariables",
        )
    ),
    *(
        Exemption("IAM_WIDE", "arn:*:code*:*:*/[*]", ROLE, sid, AWSS_OWN)
        for sid in (
            "ChangeTelling",
            "DeleteConnections",
            "LendConnections",
            "LookAtConnections",
            "LookAtTelling",
            "TagConnections",
            "TagTelling",
        )
    ),
    *(
        Exemption("IAM_WIDE", "arn:*:application-autoscaling:*:scalable-target/[*]", ROLE, sid, AWSS_OWN)
        for sid in ("ChangeScaling", "LookAtScaling", "TagScaling")
    ),
    Exemption(
        "IAM_WIDE", "*:alarm:[*]", ROLE, "LookAtAlarms", "CloudWatch asks for all alarms whichever are looked at"
    ),
    Exemption(
        "IAM_PASS_ROLE",
        "arn:aws:iam::*:role/shop-*-[*]",
        ROLE,
        "PassRoles",
        "The roles of an environment change with its services, and go to the services that it uses alone",
    ),
    *(
        Exemption(
            "IAM_CONDITION",
            f"{host}:* with sts:AssumeRoleWithWebIdentity",
            ROLE,
            sid,
            "The reference does not know the keys of identity providers, which are called like their hosts",
        )
        for host, sid in (
            ("token.actions.githubusercontent.com", "TokenActionsGithubusercontentCom"),
            ("app.terraform.io", "AppTerraformIo"),
        )
    ),
    Exemption("IAM_WILDCARD", "kms:[*]", KEY, "AccountDecidesByIam", "As the default policy of a key has it"),
    Exemption("IAM_TRUST", "root", KEY, "AccountDecidesByIam", "As the default policy of a key has it"),
)

TOOLS = 'project = "shop"\nregion = "eu-west-1"\naccount = "999988887777"\n' + f"{S3}\n{GITHUB}\n"
PROJECT = {
    "dev": shared(S3, GITHUB),
    "prod": shared(CLOUD, GITHUB),
    "tools": TOOLS,
    "app": environment(
        service='task_policies = ["arn:aws:iam::210987654321:policy/queue"]',
        top=f'pipelines_in = "tools"\n{S3}\n{GITHUB}',
    ).replace(ACCOUNT, OTHER),
}


@functools.cache
def generated() -> dict[str, Permissions]:
    """All that is allowed in each account of the project."""
    return {number: policy_reader.read(template.document) for number, template in bootstrapped(PROJECT).items()}


def role(name: str) -> Role:
    (found,) = (each for account in generated().values() for each in account.roles if each.name == name)
    return found


def may(name: str) -> list[PolicyStatement]:
    """What a role is allowed or denied."""
    return [statement for policy in _documents(role(name)) for statement in policy.statements]


def _documents(of: Role) -> tuple[Policy, ...]:
    return (*of.inline, *of.attached)


def allowed(name: str, action: str, resource: str) -> bool:
    """Whether a role may do something, conditions aside."""
    fitting = [
        statement.effect
        for statement in may(name)
        if any(fnmatchcase(action, each) for each in statement.actions)
        and any(fnmatchcase(resource, each) for each in statement.resources)
    ]
    return bool(fitting) and "Deny" not in fitting


def test_every_policy_passes_the_checks_but_for_what_is_named_here() -> None:
    found = [breach for account in generated().values() for breach in find_violations(account)]
    assert [str(each) for each in found if not any(waived.covers(each) for waived in EXCEPTIONS)] == []
    assert [waived for waived in EXCEPTIONS if not any(map(waived.covers, found))] == []


# What reads what users keep, or what their services say.
DATA = (
    "codecommit:GitPull",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:GetSecretValue",
    "kms:Decrypt",
)
CHANGES = re.compile(r":(?!(BatchGet|Describe|Get|List|Decrypt|GenerateDataKey))")


def test_a_plan_reads_how_things_are_set_up_and_nothing_that_users_keep() -> None:
    statements = may("shop-dev-plan")
    reading = {(statement.sid, action) for statement in statements for action in statement.actions if action in DATA}
    assert reading == {
        ("ReadState", "s3:GetObject"),
        ("UseStateKey", "kms:Decrypt"),
        ("ReadFunctionVariables", "kms:Decrypt"),
    }
    writing = {statement.sid for statement in statements for action in statement.actions if CHANGES.search(action)}
    assert writing == {"LockState"}


IAM = f"arn:aws:iam::{ACCOUNT}"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", f"{IAM}:role/automation/shop-dev-apply"),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/automation/shop-dev-plan"),
        ("iam:AttachRolePolicy", f"{IAM}:role/automation/shop-prod-plan"),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/automation/shop-dev-change-network"),
        ("iam:UpdateOpenIDConnectProviderThumbprint", f"{IAM}:oidc-provider/token.actions.githubusercontent.com"),
        ("iam:PutRolePolicy", f"{IAM}:role/shop-prod-web-task"),
        ("iam:CreateUser", f"{IAM}:user/somebody"),
        ("sts:AssumeRole", f"{IAM}:role/shop-dev-web-task"),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::shop-terraform-state-{ACCOUNT}"),
        ("s3:DeleteObject", f"arn:aws:s3:::shop-terraform-state-{ACCOUNT}/shop/dev/terraform.tfstate"),
        ("s3:GetObject", f"arn:aws:s3:::shop-terraform-state-{ACCOUNT}/shop/prod/terraform.tfstate"),
        ("codepipeline:DeletePipeline", f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:shop-prod-web"),
        ("ecs:DeleteService", f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/shop-prod/shop-prod-web"),
    ],
)
def test_an_apply_does_not_reach(action: str, resource: str) -> None:
    assert not allowed("shop-dev-apply", action, resource)


@pytest.mark.parametrize("name", ["shop-dev-apply", "shop-prod-apply"])
@pytest.mark.parametrize(
    "action", ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "s3:PutBucketTagging"]
)
def test_no_apply_changes_where_states_of_its_account_are_kept(name: str, action: str) -> None:
    """The state of prod is in HCP Terraform, and that of dev in a bucket of the same account."""
    state = f"arn:aws:s3:::shop-terraform-state-{ACCOUNT}"
    resource = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/<id>" if action.startswith("kms:") else state
    assert [
        statement.sid
        for statement in may(name)
        if statement.effect == "Deny" and action in statement.actions and resource in statement.resources
    ] == ["LeaveStateKeysAlone" if action.startswith("kms:") else "LeaveStateBucketsAlone"]


EC2 = f"arn:aws:ec2:eu-west-1:{ACCOUNT}"


@pytest.mark.parametrize(
    ("action", "theirs", "new"),
    [
        ("ec2:AuthorizeSecurityGroupIngress", "security-group/sg-1", "security-group-rule/sgr-1"),
        ("ec2:RevokeSecurityGroupEgress", "security-group/sg-1", None),
        ("ec2:DeleteSecurityGroup", "security-group/sg-1", None),
        ("ec2:CreateSubnet", "vpc/vpc-1", "subnet/subnet-1"),
        ("ec2:CreateNatGateway", "subnet/subnet-1", "natgateway/nat-1"),
        ("ec2:CreateNatGateway", "elastic-ip/eipalloc-1", "natgateway/nat-1"),
        ("ec2:CreateVpcEndpoint", "security-group/sg-1", "vpc-endpoint/vpce-1"),
    ],
)
def test_nothing_is_put_into_or_taken_from_what_has_the_tags_of_others(
    action: str, theirs: str, new: str | None
) -> None:
    def tags(resource: str) -> list[set[str]]:
        return [
            {each.variable for each in statement.conditions if each.test.startswith("StringEquals")}
            for statement in may("shop-dev-apply")
            if action in statement.actions and any(fnmatchcase(resource, each) for each in statement.resources)
        ]

    (found,) = tags(f"{EC2}:{theirs}")
    assert found == {"aws:ResourceTag/project", "aws:ResourceTag/environment"}
    assert new is None or set() in tags(f"{EC2}:{new}"), "what is made has no tags before"


_ANSWERS: dict[str, dict[str, Any]] = {
    "ListPipelineExecutions": {"pipelineExecutionSummaries": [{"pipelineExecutionId": "e-1", "status": "InProgress"}]},
    "ListDeployments": {"deployments": ["d-1"]},
    "ListServiceDeployments": {
        "serviceDeployments": [{"serviceDeploymentArn": "arn:aws:ecs:…:service-deployment/d-2"}]
    },
}


def asked_by_the_guard() -> set[str]:
    """What the guard asks of AWS if all is replaced while releases are in progress, as actions of IAM."""
    asked = set[str]()

    def answer(model: Any, **_: object) -> tuple[Any, dict[str, Any]]:
        asked.add(f"{model.service_model.signing_name}:{model.name}")
        return SimpleNamespace(status_code=200), _ANSWERS.get(model.name, {})

    def client(service: str) -> Any:
        session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-west-1")
        made = session.client(service)  # type: ignore[call-overload]
        made.meta.events.register("before-call", answer)
        return made

    there = [
        resource("aws_codepipeline.delivery-web_pipeline", name="shop-dev-web"),
        resource(
            "aws_codedeploy_deployment_group.delivery-web_deployment_group",
            app_name="shop-dev-web",
            deployment_group_name="shop-dev-web",
        ),
        resource("aws_ecs_service.service-web_service", name="shop-dev-web", cluster="shop-dev"),
        resource(
            "aws_lb_target_group.service-web_target-groups_blue",
            arn="arn:aws:elasticloadbalancing:…:targetgroup/shop-dev-web",
        ),
    ]
    changes = [change("delete", "create", address=each["address"], before=each["values"]) for each in there]
    list(guard.find_blockers(plan(*changes, prior_state=prior(*there)), client))
    return asked


@pytest.mark.parametrize("name", ["shop-dev-plan", "shop-dev-apply"])
def test_the_plan_guard_may_ask_what_it_asks(name: str) -> None:
    asked = asked_by_the_guard()
    assert asked >= {
        "codepipeline:GetPipelineState",
        "codedeploy:GetDeployment",
        "ecs:ListServiceDeployments",
        "elasticloadbalancing:DescribeTargetGroups",
    }
    actions = {action for statement in may(name) for action in statement.actions}
    assert asked - actions == set()


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", f"{IAM}:role/shop-dev-web-task"),
        ("s3:PutObject", f"arn:aws:s3:::shop-terraform-state-{ACCOUNT}/shop/dev/terraform.tfstate"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::shop-dev-web-artifacts-123456789012"),
        ("codepipeline:DeletePipeline", f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:shop-dev-web"),
        ("ecs:DeleteService", f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/shop-dev/shop-dev-web"),
    ],
)
def test_an_apply_reaches(action: str, resource: str) -> None:
    assert allowed("shop-dev-apply", action, resource)
    assert not allowed("shop-dev-plan", action, resource)


def test_whoever_holds_the_pipelines_of_another_environment_may_change_them() -> None:
    pipeline = "arn:aws:codepipeline:eu-west-1:999988887777:shop-app-web"
    assert allowed("shop-tools-apply", "codepipeline:CreatePipeline", pipeline)
    assert allowed("shop-tools-apply", "iam:PassRole", "arn:aws:iam::999988887777:role/shop-app-web-pipeline")
    assert not allowed("shop-app-apply", "codepipeline:CreatePipeline", pipeline)


def test_policies_that_services_are_given_are_named() -> None:
    (statement,) = (each for each in may("shop-app-apply") if each.sid == "ChoosePolicies")
    (condition,) = statement.conditions
    assert condition.values[1:] == ("arn:aws:iam::210987654321:policy/queue",)


def test_sources_under_a_name_that_somebody_chose_are_named(tmp_path: Path) -> None:
    chosen = {
        "dev": environment(service='source "codecommit" { repository = "monolith" }'),
        "prod": environment(service='source "s3" {\n bucket = "drops"\n create = false\n}'),
    }
    environments = write(tmp_path, chosen) / "environments"
    assert ResourceArns.from_settings(loader.load(environments, "dev")).repositories == ("monolith",)
    assert ResourceArns.from_settings(loader.load(environments, "prod")).buckets == ()


def test_what_is_too_long_for_a_policy_becomes_several(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ResourceArns.from_settings(_settings())
    whole = permissions.change_policies(names)
    assert all(
        permissions.count_characters(statements) <= permissions.MAX_POLICY_CHARACTERS for statements in whole.values()
    )
    monkeypatch.setattr(permissions, "MAX_POLICY_CHARACTERS", 3000)
    parts = permissions.change_policies(names)
    assert {"change-network", "change-network-2"} <= parts.keys()
    assert _sids(parts) == _sids(whole)


def _sids(policies: Any) -> list[str]:
    return sorted(statement.sid for statements in policies.values() for statement in statements)


@functools.cache
def _settings() -> loader.LoadedEnvironment:
    from tests.support import settings

    return settings(environment(), "dev")
