"""References of an environment's generated Terraform to resources that it does not create, and how to create them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tealform.errors import TealformError
from tealform_harness.aws_emulator.server import EmulatedAws

# Wildcards do not match, so what a policy allows is no reference. A secret's ARN may go on with one of its keys.
_ARN = re.compile(
    r"arn:aws[\w-]*:(?>"
    r"acm:[\w-]+:\d{12}:certificate/[\w-]+"
    r"|iam::\d{12}:(?:policy|server-certificate)/[\w+=,.@/-]+"
    r"|wafv2:[\w-]+:\d{12}:regional/webacl/[\w-]+/[\w-]+"
    r"|secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}"
    r"|ssm:[\w-]+:\d{12}:parameter/[\w/.-]+"
    r"|lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w-]+)?"
    r"|(?:codeconnections|codestar-connections):[\w-]+:\d{12}:connection/[\w-]+"
    r"|sns:[\w-]+:\d{12}:[\w.-]+"
    r"|ecr:[\w-]+:\d{12}:repository/[\w./-]+"
    r")(?![\w*-])"
)
_VPC_ID = re.compile(r"vpc-[0-9a-f]{8,17}")
_SUBNET_ID = re.compile(r"subnet-[0-9a-f]{8,17}")


@dataclass(frozen=True)
class Network:
    """A VPC by its id.

    ``subnet_ids`` are its subnets in groups, one for each load balancer and service that stands in them; a subnet may
    be in several groups.
    """

    account: str
    region: str
    vpc_id: str
    subnet_ids: Sequence[Sequence[str]]


@dataclass(frozen=True)
class References:
    """``arns`` of all that has one, sorted; ``networks`` that are named by ids, which an environment has one of or none.

    ``account`` and ``region`` are the environment's: where what has no place in its ARN is.
    """

    arns: Sequence[str]
    networks: Sequence[Network]
    account: str
    region: str


def find_references(document: Mapping[str, Any]) -> References:
    """The references of ``document``, an environment's generated Terraform."""
    (provider,) = document["provider"]["aws"]
    (account,) = provider["allowed_account_ids"]
    resources = document["resource"]
    texts = set(_texts(document))
    here = f"{provider['region']}:{account}"
    own = (
        *(f":lambda:{here}:function:{name}" for name in _names(resources, "aws_lambda_function", "function_name")),
        *(f":sns:{here}:{name}" for name in _names(resources, "aws_sns_topic", "name")),
        *(f":ecr:{here}:repository/{name}" for name in _names(resources, "aws_ecr_repository", "name")),
    )
    arns = {arn for text in texts for arn in _ARN.findall(text) if not arn.endswith(own)}
    own_repositories = _names(resources, "aws_codecommit_repository", "repository_name")
    own_buckets = _names(resources, "aws_s3_bucket", "bucket")
    repositories = {
        f"arn:aws:codecommit:{here}:{name}" for name in _sources(resources, "RepositoryName", own_repositories)
    }
    alarms = {f"arn:aws:cloudwatch:{here}:alarm:{name}" for name in _alarms(resources)}
    groups = list(_subnet_groups(resources))
    vpc_ids = sorted(text for text in texts if _VPC_ID.fullmatch(text))
    networks = [Network(account, provider["region"], vpc_id, groups) for vpc_id in vpc_ids]
    buckets = {
        f"arn:{_partition(provider['region'])}:s3:::{name}" for name in _sources(resources, "S3Bucket", own_buckets)
    }
    return References(sorted(arns | repositories | alarms | buckets), networks, account, provider["region"])


def _sources(resources: Mapping[str, Any], setting: str, own: Sequence[str]) -> Iterator[str]:
    """Yield the names that a pipeline's source actions give as ``setting``, except the document's own."""
    for stage in _stages(resources):
        for action in stage.get("action", []):
            name = action.get("configuration", {}).get(setting)
            if name and name not in own and not name.startswith("${"):
                yield name


def _stages(resources: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [stage for pipeline in resources.get("aws_codepipeline", {}).values() for stage in pipeline["stage"]]


def _names(resources: Mapping[str, Any], kind: str, argument: str) -> list[str]:
    return [each[argument] for each in resources.get(kind, {}).values() if argument in each]


def _partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws"


def _alarms(resources: Mapping[str, Any]) -> Iterator[str]:
    """The names of those that roll a release back or hold it, except the document's own, which are no names yet."""
    groups = resources.get("aws_codedeploy_deployment_group", {}).values()
    services = resources.get("aws_ecs_service", {}).values()
    named = [group.get("alarm_configuration", {}).get("alarms", []) for group in groups]
    named += [service.get("alarms", {}).get("alarm_names", []) for service in services]
    named += [_condition_alarms(stage) for stage in _stages(resources)]
    yield from (name for names in named for name in names if not name.startswith("${"))


def _condition_alarms(stage: Mapping[str, Any]) -> list[str]:
    conditions = [stage[each]["condition"] for each in ("before_entry", "on_success") if each in stage]
    rules = [rule.get("configuration", {}) for condition in conditions for rule in condition["rule"]]
    return [rule["AlarmName"] for rule in rules if "AlarmName" in rule]


def _subnet_groups(resources: Mapping[str, Any]) -> Iterator[list[str]]:
    """The subnets of load balancers and services, except the document's own, which are no ids yet."""
    balancers = [balancer.get("subnets") for balancer in resources.get("aws_lb", {}).values()]
    services = [service.get("network_configuration") for service in resources.get("aws_ecs_service", {}).values()]
    for placed in (*balancers, *services):
        yield [text for text in _texts(placed) if _SUBNET_ID.fullmatch(text)]


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


# The path of the emulated AWS that takes references; no service of AWS has one like it.
SEED_PATH = "/emulated-aws/existing"


def seed(emulated: EmulatedAws, document: Mapping[str, Any]) -> References:
    """Create what ``document``, an environment's generated Terraform, takes for granted, and return it.

    AWS refuses a listener whose certificate is missing, for example; so does the emulation. Seeding again changes
    nothing. Raises ``TealformError`` if something cannot be created, in a region that is not emulated for example.
    """
    found = find_references(document)
    try:
        emulated.post(SEED_PATH, asdict(found))
    except ValueError as error:
        raise TealformError(f"not created in the emulated AWS: {error}") from None
    return found
