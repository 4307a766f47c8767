"""Roles, buckets, keys, images and parameters that environments of a project name in each other exist."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.invariants.assertions import names, permissions
from tests.invariants.assertions.document import (
    Body,
    find_resources,
    follow,
    list_addresses,
    list_texts,
    project_invariant,
    resolve,
    unescape,
)
from tests.invariants.assertions.pipelines import list_actions

Documents = Mapping[str, Body]

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+(?![\w+=,.@/*-])", re.ASCII)
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_RELEASES = re.compile(r".*-releases-\d{12}")
_PULL = "ecr:BatchGetImage"


def _roles(documents: Documents) -> dict[str, tuple[Body, Body]]:
    """Return each role with its document, by its ARN."""
    return {
        permissions.make_role_arn(document, role): (document, role)
        for document in documents.values()
        for role in find_resources(document, "aws_iam_role").values()
    }


def _pipelines(documents: Documents) -> Iterator[tuple[str, Body, Body]]:
    for name, document in documents.items():
        for key, pipeline in find_resources(document, "aws_codepipeline").items():
            yield f"{name}: {key}", document, pipeline


@project_invariant
def roles_exist(documents: Documents) -> Iterator[str]:
    """A role that is named is created by an environment of its account with exactly that name; accounts are the project's."""
    roles, accounts = _roles(documents), {permissions.read_account(document) for document in documents.values()}
    for name, document in documents.items():
        for address, body in list_addresses(document):
            for text in list_texts(body):
                for arn in set(_ROLE.findall(text)) - roles.keys():
                    yield f"{name}: {address} names {arn}, which nobody creates"
                for account in set(_ROOT.findall(text)) - accounts:
                    yield f"{name}: {address} names account {account}, which is no environment's"


@project_invariant
def names_differ_in_an_account(documents: Documents) -> Iterator[str]:
    """Environments of one account give no two things one name, where the name is for the whole account."""
    for kind in names.KINDS:
        given: Counter[tuple[str, str]] = Counter()
        for document in documents.values():
            own = {
                str(resolve(document, body.get(kind.argument))) for body in find_resources(document, kind.type).values()
            }
            # Bucket names are for all of AWS.
            within = "" if kind.type == "aws_s3_bucket" else permissions.read_account(document)
            given.update((within, each) for each in own)
        if not kind.within:
            yield from (
                f"{count} environments have {kind.type} {name}" for (_, name), count in given.items() if count > 1
            )


@project_invariant
def actions_reach_the_service(documents: Documents) -> Iterator[str]:
    """CodeDeploy's application and group, or ECS's cluster and service, are in the account that the action is done in."""
    roles = _roles(documents)
    for name, document, pipeline in _pipelines(documents):
        for action in list_actions(pipeline):
            if action["provider"] == "CodeDeployToECS":
                given = action["configuration"]
                there, _ = roles.get(action["role_arn"], ({}, {})) if "role_arn" in action else (document, {})
                wanted = (
                    resolve(document, given["ApplicationName"]),
                    resolve(document, given["DeploymentGroupName"]),
                )
                known = {
                    (resolve(there, each["app_name"]), each["deployment_group_name"])
                    for each in _of(there, "aws_codedeploy_deployment_group")
                }
            elif "CLUSTER" in (variables := _variables(document, action)):
                role = variables.get("RELEASE_ROLE_ARN")
                there, _ = roles.get(role, ({}, {})) if role else (document, {})
                wanted = (resolve(document, variables["CLUSTER"]), resolve(document, variables["SERVICE"]))
                known = {(resolve(there, each["cluster"]), each["name"]) for each in _of(there, "aws_ecs_service")}
                known = {(_cluster(there, cluster), each) for cluster, each in known}
            else:
                continue
            if wanted not in known:
                yield f"{name}: releases to {wanted}, and there are {known}"


def _cluster(document: Body, cluster: Any) -> Any:
    return follow(document, cluster).get("name", cluster)


def _of(document: Body, kind: str) -> list[Body]:
    return [*find_resources(document, kind).values()] if document else []


def _variables(document: Body, action: Body) -> dict[str, str]:
    project = follow(document, action["configuration"].get("ProjectName"))
    return {each["name"]: each["value"] for each in project.get("environment", {}).get("environment_variable", [])}


@project_invariant
def cross_account_roles_are_trusted(documents: Documents) -> Iterator[str]:
    """A caller of another account's role may assume it and is trusted; that role may read the caller's artifacts."""
    roles = _roles(documents)
    for name, document, pipeline in _pipelines(documents):
        for action in list_actions(pipeline):
            variables = _variables(document, action)
            wanted = action.get("role_arn") or variables.get("RELEASE_ROLE_ARN")
            if wanted is None or wanted not in roles:
                continue
            there, role = roles[wanted]
            project = follow(document, action["configuration"].get("ProjectName"))
            caller = follow(document, project["service_role"] if project else pipeline["role_arn"])
            if wanted not in permissions.list_allowed(document, caller, "sts:AssumeRole"):
                yield f"{name}: {action['name']} may not become {wanted}"
            trusted = {
                arn
                for each in permissions.list_statements(there, role["assume_role_policy"])
                for arn in permissions.list_principals(each)
            }
            if permissions.make_role_arn(document, caller) not in trusted:
                yield f"{name}: {wanted} trusts {sorted(trusted)}, and not {caller['name']}"
            if "role_arn" in action:
                yield from (f"{name}: {line}" for line in _readers(document, pipeline, there, role))


def _readers(document: Body, pipeline: Body, there: Body, role: Body) -> Iterator[str]:
    """Yield what the readers of the artifacts in the other account cannot reach: the role, and CodeDeploy's."""
    bucket = pipeline["artifact_store"][0]["location"]
    key = pipeline["artifact_store"][0]["encryption_key"]["id"]
    deploys = [
        follow(there, each["service_role_arn"])
        for each in _of(there, "aws_codedeploy_deployment_group")
        if f"{each['deployment_group_name']}-release" == role["name"]
    ]
    for reader in (role, *deploys):
        arn = permissions.make_role_arn(there, reader)
        objects = f"arn:{permissions.read_partition(document)}:s3:::{bucket}/*"
        if arn not in _let_in(document, "aws_s3_bucket_policy", "s3:GetObject", objects):
            yield f"{bucket} is closed to {arn}"
        if arn not in _let_in(document, "aws_kms_key_policy", "kms:Decrypt", key):
            yield f"{key} is closed to {arn}"
        if objects not in permissions.list_allowed(there, reader, "s3:GetObject"):
            yield f"{arn} may not read {bucket}"


def _let_in(document: Body, kind: str, action: str, resource: str) -> set[str]:
    return {
        arn
        for policy in find_resources(document, kind).values()
        for statement in permissions.list_statements(document, policy["policy"])
        if action in statement["actions"] and resource in statement.get("resources", [resource])
        for arn in permissions.list_principals(statement)
    }


@project_invariant
def promotions_find_releases(documents: Documents) -> Iterator[str]:
    """The bucket of a promotion is in the same account, gets the same key from one pipeline, and has a known KMS key."""
    for name, document, pipeline in _pipelines(documents):
        source = list_actions(pipeline)[0]["configuration"]
        if not _RELEASES.fullmatch(source.get("S3Bucket", "")):
            continue
        account = permissions.read_account(document)
        near = [each for each in documents.values() if permissions.read_account(each) == account]
        puts = [
            (each["configuration"]["ObjectKey"], each["configuration"]["Extract"])
            for other in near
            if source["S3Bucket"] in {body["bucket"] for body in _of(other, "aws_s3_bucket")}
            for giver in find_resources(other, "aws_codepipeline").values()
            for each in list_actions(giver)
            if each["configuration"].get("BucketName") == source["S3Bucket"]
        ]
        if puts != [(source["S3ObjectKey"], "false")]:
            yield f"{name}: takes {source['S3ObjectKey']} of {source['S3Bucket']}, into which {puts} are put"
        aliases = {alias["name"] for other in near for alias in _of(other, "aws_kms_alias")}
        asked = {
            value
            for statement in permissions.list_permissions(document, pipeline["role_arn"])
            for condition in statement.get("condition", [])
            if condition["variable"] == "kms:ResourceAliases"
            for value in condition["values"]
        }
        if not asked or not asked <= aliases:
            yield f"{name}: decrypts with {sorted(asked)}, and there are {sorted(aliases)}"


@project_invariant
def images_exist(documents: Documents) -> Iterator[str]:
    """A repository that projects and tasks use is created, and lets other accounts pull."""
    repositories = {
        (permissions.read_account(document), body["name"]): (document, body)
        for document in documents.values()
        for body in find_resources(document, "aws_ecr_repository").values()
    }
    for name, document in documents.items():
        for key, project in find_resources(document, "aws_codebuild_project").items():
            for each in project["environment"].get("environment_variable", []):
                found = re.fullmatch(r"(\d{12})\.dkr\.ecr\.[^/]+/(.+)", each["value"])
                if each["name"] == "ECR_REPOSITORY_URI" and found and found.groups() not in repositories:
                    yield f"{name}: {key} is told of {each['value']}, which nobody creates"
        for role in find_resources(document, "aws_iam_role").values():
            for statement in permissions.list_permissions(document, role):
                if statement["sid"] in ("PullImages", "KeepImage", "ReadFindings"):
                    for arn in map(unescape, statement["resources"]):
                        yield from (
                            f"{name}: {role['name']} {line}" for line in _unpulled(document, role, arn, repositories)
                        )


def _unpulled(
    document: Body, role: Body, arn: str, repositories: Mapping[tuple[str, str], tuple[Body, Body]]
) -> Iterator[str]:
    account, repository = arn.split(":")[4], arn.partition("repository/")[2]
    tasks = find_resources(document, "aws_ecs_task_definition").values()
    if any(
        re.search(rf"{account}\.dkr\.ecr\.[^/]+/{re.escape(repository)}[:@]", each["container_definitions"])
        for each in tasks
    ):
        # It exists before the first release.
        return
    if (account, repository) not in repositories:
        yield f"is to use {arn}, which nobody creates"
    elif account != permissions.read_account(document):
        there, body = repositories[account, repository]
        let_in = {
            reader
            for policy in find_resources(there, "aws_ecr_repository_policy").values()
            if follow(there, policy["repository"]) is body
            for statement in permissions.list_statements(there, policy["policy"])
            if _PULL in statement["actions"]
            for reader in permissions.list_principals(statement)
        }
        if permissions.make_role_arn(document, role) not in let_in:
            yield f"is to use {arn}, which lets in {sorted(let_in)}"


@project_invariant
def parameters_exist(documents: Documents) -> Iterator[str]:
    """Parameters that a build reads in another account are published there, and the role that it assumes may read them."""
    roles = _roles(documents)
    for name, document in documents.items():
        for key, project in find_resources(document, "aws_codebuild_project").items():
            given = {each["name"]: each["value"] for each in project["environment"].get("environment_variable", [])}
            path, arn = given.get("RELEASE_PARAMETERS"), given.get("RELEASE_ROLE_ARN")
            if path is None or arn not in roles:
                continue
            there, role = roles[arn]
            if not any(each["name"].startswith(f"{path}/") for each in _of(there, "aws_ssm_parameter")):
                yield f"{name}: {key} asks for {path}, which is empty"
            readable = {
                each.partition(":parameter")[2]
                for each in permissions.list_allowed(there, role, "ssm:GetParametersByPath")
            }
            if path not in readable:
                yield f"{name}: {key} asks for {path}, and {role['name']} may read {sorted(readable)}"
