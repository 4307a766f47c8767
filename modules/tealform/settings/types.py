"""The kinds of value that settings are made of: AWS's own rules, said in AWS's own words."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

T = TypeVar("T")


class Block(BaseModel):
    """A block of settings: frozen, strict about types, closed to unknown keys."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class Constraint(AfterValidator):
    """A validator that can say for the reference what it accepts."""

    accepts: str = ""


def matching(pattern: str, what: str, *, any_language: bool = False) -> Constraint:
    """A validator that accepts text matching all of ``pattern`` and calls anything else «not ``what``».

    ``\\w`` and ``\\d`` are those of ASCII unless text of ``any_language`` is welcome.
    """
    compiled = re.compile(pattern, 0 if any_language else re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"{quoted(value)} is not {what}")
        return value

    return Constraint(check, what)


def referring(pattern: str, what: str) -> Constraint:
    """As ``matching``, for the ARN of a secret: what is no ARN may be the secret itself, and messages are published."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            given = quoted(value) if value.startswith("arn:") else "what is given"
            raise ValueError(f"{given} is not {what}")
        return value

    return Constraint(check, what)


def between(low: int, high: int, unit: str = "", because: str = "") -> Constraint:
    """A validator that accepts whole numbers from ``low`` to ``high``, both included; it may say why no others."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise ValueError(f"{value} is out of range; use {accepts}{because and f': {because}'}")
        return value

    accepts = f"{low} to {high} {unit}".rstrip()
    return Constraint(check, accepts)


def one_of(*allowed: int, what: str) -> Constraint:
    """A validator that accepts the ``allowed`` numbers only."""

    def check(value: int) -> int:
        if value not in allowed:
            raise ValueError(f"{value} is not {what}; use {accepts}")
        return value

    accepts = ", ".join(map(str, allowed))
    return Constraint(check, accepts)


def _network(value: str) -> str:
    what = f"{quoted(value)} is not an IPv4 network like 10.0.0.0/16"
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError as error:
        raise ValueError(what) from error
    if str(network) != value:
        raise ValueError(f'{what}; use "{network}"')
    return value


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{quoted(value)} is listed twice")
    return values


def quoted(value: object) -> str:
    """As JSON writes it: a message stays on one line whatever was given."""
    return json.dumps(value, ensure_ascii=False)


Distinct = Annotated[tuple[T, ...], AfterValidator(_distinct)]
"""A list in which nothing stands twice."""

# Names are kept to what every AWS service involved accepts: S3 takes lower case only, a
# load balancer no underscore and no hyphen at either end.
Name = Annotated[
    str,
    matching(
        r"[a-z]([a-z0-9]|-(?!-))*(?<!-)",
        "a name AWS takes everywhere: lower-case letters, digits and single hyphens, beginning with a letter",
    ),
]
Region = Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-\d", "a region like eu-west-1")]
Zone = Annotated[str, matching(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "an availability zone like eu-west-1a")]
Account = Annotated[str, matching(r"\d{12}", "an account number of 12 digits")]
Cidr = Annotated[str, Constraint(_network, "an IPv4 network like 10.0.0.0/16")]
Port = Annotated[int, between(1, 65535)]
CertificateArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z]+)*:(acm:[a-z0-9-]+|iam:):\d{12}:(server-)?certificate/.+",
        "the ARN of an ACM or IAM certificate",
    ),
]
# A secret's ARN ends with six characters of AWS's own; ECS takes a JSON key, a stage and a version behind it:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
SecretArn = Annotated[
    str,
    referring(
        r"arn:aws(-[a-z]+)*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?"
        r"|ssm:[a-z0-9-]+:\d{12}:parameter/[\w./-]+)",
        "the ARN of a Secrets Manager secret, with its last six characters, or of a Parameter Store parameter",
    ),
]
KeyArn = Annotated[str, matching(r"arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:\d{12}:key/.+", "the ARN of a KMS key")]
PolicyArn = Annotated[str, matching(r"arn:aws(-[a-z]+)*:iam::(aws|\d{12}):policy/.+", "the ARN of an IAM policy")]
WebAclArn = Annotated[
    str, matching(r"arn:aws(-[a-z]+)*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/.+", "the ARN of a regional web ACL")
]
# https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
FunctionArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z]+)*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w-]{1,128})?",
        "the ARN of a Lambda function, or of a version or alias of one",
    ),
]
# https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_Connection.html
ConnectionArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z]+)*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}",
        "the ARN of a connection of CodeConnections",
    ),
]
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BucketName = Annotated[
    str,
    matching(
        r"(?!xn--|sthree-|amzn-s3-demo-|(\d+\.){3}\d+\Z)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
        r"(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)(?<!--table-s3)",
        "the name of an S3 bucket",
    ),
]
VpcId = Annotated[str, matching(r"vpc-[0-9a-f]{8,17}", "a VPC id like vpc-0123456789abcdef0")]
SubnetId = Annotated[str, matching(r"subnet-[0-9a-f]{8,17}", "a subnet id like subnet-0123456789abcdef0")]
UrlPath = Annotated[str, matching(r"/[^\s#]{0,1023}", "a path like /health, at most 1024 characters")]
VariableName = Annotated[
    str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "a name for an environment variable; use letters, digits and _")
]
Variables = dict[VariableName, str]
Secrets = dict[VariableName, SecretArn]

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Annotated[
    int,
    one_of(
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
        *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
        what="a retention CloudWatch Logs offers",
    ),
]
