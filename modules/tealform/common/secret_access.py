"""Variables whose values are kept in Secrets Manager or Parameter Store: who may read them, and how CodeBuild names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tealform.common.iam import Statement

_READING = (
    ("secretsmanager", "ReadSecrets", "secretsmanager:GetSecretValue"),
    ("ssm", "ReadParameters", "ssm:GetParameters"),
)


def reading(secrets: Mapping[str, str], kms_keys: Sequence[str]) -> list[Statement]:
    """The right to read exactly these, which are ARNs by variable, and to decrypt them with ``kms_keys``."""
    statements = [
        Statement(sid=sid, actions=[action], resources=arns)
        for service, sid, action in _READING
        if (arns := _arns(secrets, service))
    ]
    if kms_keys:
        statements.append(Statement(sid="DecryptSecrets", actions=["kms:Decrypt"], resources=kms_keys))
    return statements


def _arns(secrets: Mapping[str, str], service: str) -> list[str]:
    """Those that ``service`` (``secretsmanager`` or ``ssm``) keeps, as IAM knows them.

    ECS and CodeBuild take ``arn:…:secret:name-AbCdEf:json-key:stage:id``; IAM the part before the JSON key.
    """
    arns = {arn for arn in secrets.values() if arn.split(":")[2] == service}
    return sorted({":".join(arn.split(":")[:7]) for arn in arns})


def for_codebuild(arn: str) -> tuple[str, str]:
    """The type and the value of a CodeBuild variable that is kept under ``arn``.

    CodeBuild takes a secret by its ARN, with the same parts behind it as ECS, and a parameter by its name, which begins with
    a slash if it has more of them: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    """
    if arn.split(":")[2] == "secretsmanager":
        return "SECRETS_MANAGER", arn
    name = arn.partition(":parameter/")[2]
    return "PARAMETER_STORE", f"/{name}" if "/" in name else name
