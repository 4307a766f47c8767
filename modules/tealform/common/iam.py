"""Policies as documents, and roles that only the right service may take."""

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
    """A condition of a statement: ``Condition("StringEquals", "aws:SourceAccount", ["123456789012"])``."""

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
    """A policy as a data source, which Terraform and policy checks can look into.

    What a statement does not have is left out: an empty ``condition`` list makes policy checks
    answer «unknown» instead of failing.
    """
    return DataAwsIamPolicyDocument(scope, id_, statement=[_statement(statement) for statement in statements])


def _statement(statement: Statement) -> DataAwsIamPolicyDocumentStatement:
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


@dataclass(frozen=True)
class ServiceRoleProps:
    """A role for an AWS service.

    ``service`` is the principal (``codebuild.amazonaws.com``). The trust is narrowed to this account and, for
    services that send it, to ``source_arn``: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    ``says_for_whom`` is false for a service that is not documented to send either. A role without ``statements`` may do
    nothing by itself.
    """

    context: Context
    name: str
    service: str
    source_arn: str | None = None
    says_for_whom: bool = True
    statements: Sequence[Statement] = ()


class ServiceRole(Construct):
    """An IAM role with its permissions inline. Whoever makes use of them at once depends on ``permissions``."""

    def __init__(self, scope: Construct, id_: str, props: ServiceRoleProps) -> None:
        super().__init__(scope, id_)
        trust = policy_document(
            self,
            "trust",
            [
                Statement(
                    sid="Trust",
                    actions=["sts:AssumeRole"],
                    principals={"Service": [props.service]},
                    conditions=_callers(props),
                )
            ],
        )
        self.role = IamRole(self, "role", name=props.name, assume_role_policy=trust.json)
        self.arn = self.role.arn
        self.permissions: list[IamRolePolicy] = []
        if props.statements:
            document = policy_document(self, "permissions", props.statements)
            policy = IamRolePolicy(self, "policy", name=props.name, role=self.role.name, policy=document.json)
            self.permissions.append(policy)


def _callers(props: ServiceRoleProps) -> list[Condition]:
    if not props.says_for_whom:
        return []
    account = Condition("StringEquals", "aws:SourceAccount", [props.context.account])
    return [account, Condition("ArnLike", "aws:SourceArn", [props.source_arn])] if props.source_arn else [account]


def pass_roles(arns: Sequence[str], service: str) -> Statement:
    """The right to hand exactly these roles to exactly this service."""
    return Statement(
        sid="PassRoles",
        actions=["iam:PassRole"],
        resources=arns,
        conditions=[Condition("StringEquals", "iam:PassedToService", [service])],
    )


def roots(roles: Sequence[str]) -> dict[str, list[str]]:
    """The accounts of ``roles`` as principals. A role that does not exist yet cannot be one, so ``only_by`` narrows them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    accounts = sorted({(arn.split(":")[1], arn.split(":")[4]) for arn in roles})
    return {"AWS": [f"arn:{partition}:iam::{account}:root" for partition, account in accounts]}


def only_by(roles: Sequence[str]) -> Condition:
    """That it is one of ``roles``, which are ARNs, who asks."""
    return Condition("ArnEquals", "aws:PrincipalArn", sorted(roles))
