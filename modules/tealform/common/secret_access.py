"""Variables whose values are kept in Secrets Manager or Parameter Store: the right to read them, and their CodeBuild form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tealform.common.iam import Statement

_READ_ACTIONS = (
    ("secretsmanager", "ReadSecrets", "secretsmanager:GetSecretValue"),
    ("ssm", "ReadParameters", "ssm:GetParameters"),
)


def allow_secret_reads(secrets: Mapping[str, str], kms_keys: Sequence[str]) -> list[Statement]:
    """Allow reading exactly ``secrets``, which are ARNs by variable, and decrypting them with ``kms_keys``."""
    statements = [
        Statement(sid=sid, actions=[action], resources=arns)
        for service, sid, action in _READ_ACTIONS
        if (arns := _select_arns(secrets, service))
    ]
    if kms_keys:
        statements.append(Statement(sid="DecryptSecrets", actions=["kms:Decrypt"], resources=kms_keys))
    return statements


def _select_arns(secrets: Mapping[str, str], service: str) -> list[str]:
    """Return the ARNs that ``service`` (``secretsmanager`` or ``ssm``) keeps, as IAM knows them.

    ECS and CodeBuild take ``arn:…:secret:name-AbCdEf:json-key:stage:id``; IAM the part before the JSON key.
    """
    arns = {arn for arn in secrets.values() if arn.split(":")[2] == service}
    return sorted({":".join(arn.split(":")[:7]) for arn in arns})


def to_codebuild_variable(arn: str) -> tuple[str, str]:
    """Return the type and the value of a CodeBuild variable that is kept under ``arn``.

    CodeBuild takes a secret by its ARN, with the same suffixes as ECS, and a parameter by its name. The name begins with
    a slash if it contains one: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    """
    if arn.split(":")[2] == "secretsmanager":
        return "SECRETS_MANAGER", arn
    name = arn.partition(":parameter/")[2]
    return "PARAMETER_STORE", f"/{name}" if "/" in name else name
