"""The roles of whoever runs Terraform: no wider than what is named here, and never over themselves."""

from __future__ import annotations

import functools
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from harness.permissions import policies
from harness.permissions.policies import Permissions, Policy, Role, Statement
from harness.policy.iam.exceptions import Waived
from harness.policy.iam.lint import breaches
from modules.bootstrap import permissions
from modules.bootstrap.permissions.names import Names
from modules.settings import load
from tests.bootstrap.projects import ACCOUNT, CLOUD, GITHUB, OTHER, S3, bootstrapped, shared, write
from tests.support import environment

ROLE, KEY = "aws_iam_role.runner-*", "aws_kms_key.state-*_key"
AWSS_OWN = "Nobody knows the id before it is there, and what is changed or deleted must have the environment's tags"
EXCEPTIONS = (
    *(
        Waived("IAM_WIDE", "arn:*:ec2:*:*/[*]", ROLE, sid, AWSS_OWN)
        for sid in (
            "ChangeNetwork",
            "EmptyDefaultGroup",
            "LookAtVpc",
            "MakeNetwork",
            "ReleaseInterface",
            "TagWhatHasNone",
            "TagWhatIsMade",
            "TagWhatIsOurs",
        )
    ),
    *(
        Waived("IAM_WIDE", "arn:*:kms:*:key/[*]", ROLE, sid, AWSS_OWN)
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
        Waived("IAM_WIDE", "arn:*:code*:*:*/[*]", ROLE, sid, AWSS_OWN)
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
        Waived("IAM_WIDE", "arn:*:application-autoscaling:*:scalable-target/[*]", ROLE, sid, AWSS_OWN)
        for sid in ("ChangeScaling", "LookAtScaling", "TagScaling")
    ),
    Waived("IAM_WIDE", "*:alarm:[*]", ROLE, "LookAtAlarms", "CloudWatch asks for all alarms whichever are looked at"),
    Waived(
        "IAM_PASS_ROLE",
        "arn:aws:iam::*:role/shop-*-[*]",
        ROLE,
        "PassRoles",
        "The roles of an environment change with its services, and go to the services that it uses alone",
    ),
    *(
        Waived(
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
    Waived("IAM_WILDCARD", "kms:[*]", KEY, "AccountDecidesByIam", "As the default policy of a key has it"),
    Waived("IAM_TRUST", "root", KEY, "AccountDecidesByIam", "As the default policy of a key has it"),
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
    return {number: policies.read(template.document) for number, template in bootstrapped(PROJECT).items()}


def role(name: str) -> Role:
    (found,) = (each for account in generated().values() for each in account.roles if each.name == name)
    return found


def may(name: str) -> list[Statement]:
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
    found = [breach for account in generated().values() for breach in breaches(account)]
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
        ("kms:ScheduleKeyDeletion", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/<id>"),
        ("codepipeline:DeletePipeline", f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:shop-prod-web"),
        ("ecs:DeleteService", f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/shop-prod/shop-prod-web"),
    ],
)
def test_an_apply_does_not_reach(action: str, resource: str) -> None:
    assert not allowed("shop-dev-apply", action, resource)


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
    assert Names.of(load.load(environments, "dev")).repositories == ("monolith",)
    assert Names.of(load.load(environments, "prod")).buckets == ()


def test_what_is_too_long_for_a_policy_becomes_several(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names.of(_settings())
    whole = permissions.changing(names)
    assert all(permissions.size(statements) <= permissions.POLICY for statements in whole.values())
    monkeypatch.setattr(permissions, "POLICY", 3000)
    parts = permissions.changing(names)
    assert {"change-network", "change-network-2"} <= parts.keys()
    assert _sids(parts) == _sids(whole)


def _sids(policies: Any) -> list[str]:
    return sorted(statement.sid for statements in policies.values() for statement in statements)


@functools.cache
def _settings() -> load.Settings:
    from tests.support import settings

    return settings(environment(), "dev")
