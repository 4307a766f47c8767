"""The types that settings are made of, with AWS's own limits in AWS's own words."""

from __future__ import annotations

import ipaddress
import json
import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

T = TypeVar("T")


class Block(BaseModel):
    """A block of settings: frozen, strict about types, closed to unknown keys."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)


def strip_annotated(annotation: Any) -> Any:
    """Return the annotation without ``Annotated``."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def union_members(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union, and nothing for any other annotation."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else ()


def as_block(annotation: Any) -> type[BaseModel] | None:
    """Return the annotation if it is a block, otherwise ``None``."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


@dataclass(frozen=True)
class Constraint(AfterValidator):
    """A validator with a description of what it accepts, for the reference."""

    accepts: str = ""


def matching(pattern: str, what: str, *, any_language: bool = False, may_be_secret: bool = False) -> Constraint:
    """Return a validator that accepts text matching all of ``pattern``, and reports other text as "not ``what``".

    ``\\w`` and ``\\d`` match ASCII only, unless ``any_language``. With ``may_be_secret``, the message shows the value only
    if it is an ARN: anything else may be the secret itself, and messages are published.
    """
    compiled = re.compile(pattern, 0 if any_language else re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            hidden = may_be_secret and not value.startswith("arn:")
            raise ValueError(f"{'what is given' if hidden else quoted(value)} is not {what}")
        return value

    return Constraint(check, what)


def arn(pattern: str, what: str, *, may_be_secret: bool = False) -> Constraint:
    """Return a validator that accepts ARNs of any partition whose rest matches ``pattern``; the rest is as in ``matching``."""
    return matching(rf"arn:aws(-[a-z]+)*:({pattern})", what, may_be_secret=may_be_secret)


def between(low: int, high: int, unit: str = "", because: str = "") -> Constraint:
    """Return a validator that accepts whole numbers from ``low`` to ``high``, both included; ``because`` says why no others."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise ValueError(f"{value} is out of range; use {accepts}{because and f': {because}'}")
        return value

    accepts = f"{low} to {high} {unit}".rstrip()
    return Constraint(check, accepts)


def one_of(*allowed: int, what: str) -> Constraint:
    """Return a validator that accepts only the ``allowed`` numbers."""

    def check(value: int) -> int:
        if value not in allowed:
            raise ValueError(f"{value} is not {what}; use {accepts}")
        return value

    accepts = ", ".join(map(str, allowed))
    return Constraint(check, accepts)


def chosen_by_label(default: str | None = None) -> BeforeValidator:
    """Return a validator for blocks whose label is their kind, as in ``state "s3" { … }``.

    It turns ``{"s3": {…}}`` into ``{"kind": "s3", …}``, which a discriminated union can read. ``default`` is the kind of a
    block without a label. It raises ``ValueError`` when the block has no label and needs one, is given with several
    labels, or sets ``kind`` itself.
    """

    def choose(value: object) -> object:
        if not isinstance(value, dict):
            return value
        labels = [name for name, inner in value.items() if isinstance(inner, dict)]
        if len(labels) == 1 and len(value) == 1:
            return _with_kind(labels[0], value[labels[0]])
        if default is not None:
            return _with_kind(default, value)
        given = f"; {' and '.join(labels)} are given" if len(labels) > 1 else ""
        raise ValueError(f"must be given once, with one label that says its kind{given}")

    return BeforeValidator(choose)


def _with_kind(kind: str, block: dict[str, object]) -> dict[str, object]:
    if "kind" in block:
        raise ValueError('"kind" is no key; the label says the kind')
    return {**block, "kind": kind}


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
    """Return the value as JSON writes it, so that a message stays on one line whatever the value is."""
    return json.dumps(value, ensure_ascii=False)


Distinct = Annotated[tuple[T, ...], AfterValidator(_distinct)]
"""A list without duplicates."""

# The common subset of what the AWS services accept: S3 accepts lower case only, a load balancer neither underscores
# nor a hyphen at either end.
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
    str, arn(r"(acm:[a-z0-9-]+|iam:):\d{12}:(server-)?certificate/.+", "the ARN of an ACM or IAM certificate")
]
# A secret's ARN ends with six characters that AWS adds. ECS accepts a JSON key, a stage and a version after it:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
SecretArn = Annotated[
    str,
    arn(
        r"secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?"
        r"|ssm:[a-z0-9-]+:\d{12}:parameter/[\w./-]+",
        "the ARN of a Secrets Manager secret, with its last six characters, or of a Parameter Store parameter",
        may_be_secret=True,
    ),
]
KeyArn = Annotated[str, arn(r"kms:[a-z0-9-]+:\d{12}:key/.+", "the ARN of a KMS key")]
PolicyArn = Annotated[str, arn(r"iam::(aws|\d{12}):policy/.+", "the ARN of an IAM policy")]
WebAclArn = Annotated[str, arn(r"wafv2:[a-z0-9-]+:\d{12}:regional/webacl/.+", "the ARN of a regional web ACL")]
# https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
FunctionArn = Annotated[
    str,
    arn(
        r"lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w-]{1,128})?",
        "the ARN of a Lambda function, or of a version or alias of one",
    ),
]
# https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_Connection.html
ConnectionArn = Annotated[
    str,
    arn(
        r"(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}",
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
