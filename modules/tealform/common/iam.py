"""IAM policy documents, common statements, and roles that one AWS service can assume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tealform.aws import (
    Construct,
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
    IamRole,
    IamRolePolicy,
)
from tealform.naming import Context


@dataclass(frozen=True)
class Condition:
    """A condition of a statement, such as ``Condition("StringEquals", "aws:SourceAccount", ["123456789012"])``."""

    test: str
    variable: str
    values: Sequence[str]


@dataclass(frozen=True)
class Statement:
    """A statement of a policy. ``principals`` maps a type (``Service``, ``AWS``, ``*``) to identifiers."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conditions: Sequence[Condition] = ()


def policy_document(scope: Construct, id_: str, statements: Sequence[Statement]) -> DataAwsIamPolicyDocument:
    """Create a policy as a data source, which Terraform and policy checks can read.

    Empty parts of a statement are left out: an empty ``condition`` list makes policy checks
    answer "unknown" instead of failing.
    """
    return DataAwsIamPolicyDocument(scope, id_, statement=[_render_statement(statement) for statement in statements])


def _render_statement(statement: Statement) -> DataAwsIamPolicyDocumentStatement:
    return DataAwsIamPolicyDocumentStatement(
        sid=statement.sid,
        effect=statement.effect,
        actions=list(statement.actions),
        resources=list(statement.resources) or None,
        principals=[
            DataAwsIamPolicyDocumentStatementPrincipals(type=kind, identifiers=list(identifiers))
            for kind, identifiers in statement.principals.items()
        ]
        or None,
        condition=[
            DataAwsIamPolicyDocumentStatementCondition(
                test=condition.test, variable=condition.variable, values=list(condition.values)
            )
            for condition in statement.conditions
        ]
        or None,
    )


@dataclass(frozen=True, kw_only=True)
class ServiceRoleProps:
    """Inputs of ``ServiceRole``."""

    context: Context
    """The account that the trust policy is restricted to."""

    name: str
    """The role's full name."""

    service: str
    """The service principal that assumes the role, such as ``codebuild.amazonaws.com``."""

    source_arn: str | None = None
    """The resource that the service acts for; ``None`` for services that do not send ``aws:SourceArn``."""

    sends_source: bool = True
    """Whether the service sends ``aws:SourceAccount``. False if AWS documents neither source key for it."""

    statements: Sequence[Statement] = ()
    """The permissions; none by default."""


class ServiceRole(Construct):
    """An IAM role for an AWS service, with its permissions inline.

    The trust is restricted to this account and, where given, to ``source_arn``:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    role: IamRole
    """The role; ``arn`` is its ARN."""

    permissions: list[IamRolePolicy]
    """The inline policy, if there is one. Resources that use the role at once depend on it."""

    def __init__(self, scope: Construct, id_: str, props: ServiceRoleProps) -> None:
        super().__init__(scope, id_)
        trust = Statement(
            sid="Trust",
            actions=["sts:AssumeRole"],
            principals={"Service": [props.service]},
            conditions=_source_conditions(props),
        )
        document = policy_document(self, "trust", [trust])
        self.role = IamRole(self, "role", name=props.name, assume_role_policy=document.json)
        self.arn = self.role.arn
        self.permissions = []
        if props.statements:
            document = policy_document(self, "permissions", props.statements)
            self.permissions = [
                IamRolePolicy(self, "policy", name=props.name, role=self.role.name, policy=document.json)
            ]


def _source_conditions(props: ServiceRoleProps) -> list[Condition]:
    if not props.sends_source:
        return []
    account = Condition("StringEquals", "aws:SourceAccount", [props.context.account])
    return [account, Condition("ArnLike", "aws:SourceArn", [props.source_arn])] if props.source_arn else [account]


def allow_pass_role(arns: Sequence[str], service: str) -> Statement:
    """Allow passing exactly the roles in ``arns`` to exactly one service."""
    return Statement(
        sid="PassRoles",
        actions=["iam:PassRole"],
        resources=arns,
        conditions=[Condition("StringEquals", "iam:PassedToService", [service])],
    )


def allow_ecr_login() -> Statement:
    """Allow logging in to ECR; AWS grants it for all registries or none."""
    return Statement(sid="LoginToEcr", actions=["ecr:GetAuthorizationToken"], resources=["*"])


def deny_plain_http(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Deny ``actions`` to everyone who does not use TLS."""
    return Statement(
        sid="DenyPlainHttp",
        effect="Deny",
        actions=actions,
        resources=resources,
        principals={"*": ["*"]},
        conditions=[Condition("Bool", "aws:SecureTransport", ["false"])],
    )


def account_principals(roles: Sequence[str]) -> dict[str, list[str]]:
    """Return the accounts of ``roles`` (ARNs) as principals, to be narrowed by ``require_role``.

    A role that does not exist yet cannot be a principal:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    accounts = sorted({(arn.split(":")[1], arn.split(":")[4]) for arn in roles})
    return {"AWS": [f"arn:{partition}:iam::{account}:root" for partition, account in accounts]}


def require_role(roles: Sequence[str]) -> Condition:
    """Require that the caller is one of ``roles``, which are ARNs."""
    return Condition("ArnEquals", "aws:PrincipalArn", sorted(roles))
