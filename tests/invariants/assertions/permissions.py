"""Policies: what they grant, roles that only the right service can assume, and policies that say what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.iam import policy_reader
from tealform.policy.iam.lint import lint
from tests.invariants.assertions.document import (
    Body,
    find_resources,
    follow,
    invariant,
    parse_reference,
    resolve,
    unescape,
)

# Services that assume a role without naming an account, as far as AWS documents it:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
# https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
_WITHOUT_ACCOUNT = {"chatbot.amazonaws.com", "ecs.amazonaws.com"}


def read_partition(document: Body) -> str:
    """Return the partition of ARNs in the document's region."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(read_region(document).rsplit("-", 2)[0], "aws")


def read_region(document: Body) -> str:
    """Return the document's region."""
    return str(document["provider"]["aws"][0]["region"])


def read_account(document: Body) -> str:
    """Return the document's account."""
    (found,) = document["provider"]["aws"][0]["allowed_account_ids"]
    return str(found)


def make_role_arn(document: Body, role: Body) -> str:
    """Return the ARN of a role of the document."""
    return f"arn:{read_partition(document)}:iam::{read_account(document)}:role/{role['name']}"


def list_statements(document: Body, policy: object) -> list[Body]:
    """Return the statements of the policy document that a value refers to."""
    name = parse_reference(policy).rpartition(".")[2]
    found: list[Body] = (
        document.get("data", {}).get("aws_iam_policy_document", {}).get(name, {"statement": []})["statement"]
    )
    return found


def list_permissions(document: Body, role: object) -> Iterator[Body]:
    """Yield the statements of a role's policies; ``role`` is a reference to it, or its body."""
    body = role if isinstance(role, dict) else follow(document, role)
    for policy in find_resources(document, "aws_iam_role_policy").values():
        if follow(document, policy["role"]) is body:
            yield from list_statements(document, policy["policy"])


def list_allowed(document: Body, role: object, action: str) -> set[str]:
    """Return the resources on which a role may do ``action``."""
    return {
        unescape(str(resolve(document, resource)))
        for statement in list_permissions(document, role)
        if statement["effect"] == "Allow" and action in statement["actions"]
        for resource in statement["resources"]
    }


def list_principals(statement: Body) -> set[str]:
    """Return the ARNs of principals that a statement's conditions allow."""
    return {
        value
        for condition in statement.get("condition", [])
        if condition["variable"] == "aws:PrincipalArn"
        for value in condition["values"]
    }


@invariant
def policies_pass_every_check(document: Body) -> Iterator[str]:
    """Names that AWS knows, roles that are passed by name, resources that are named, sizes that AWS takes, and so on."""
    yield from (str(violation) for violation in lint(policy_reader.read(document)).violations)


@invariant
def trust_is_narrow(document: Body) -> Iterator[str]:
    """Only named principals can assume a role, on behalf of this account."""
    policies = document["data"].get("aws_iam_policy_document", {})
    account = document["provider"]["aws"][0]["allowed_account_ids"]
    for name, role in find_resources(document, "aws_iam_role").items():
        trust = policies.get(parse_reference(role["assume_role_policy"]).rpartition(".")[2], {"statement": []})
        if not trust["statement"]:
            yield f"{name}: nobody is trusted"
        for statement in trust["statement"]:
            accounts = [
                each["values"] for each in statement.get("condition", []) if each["variable"] == "aws:SourceAccount"
            ]
            trusted = [each for principal in statement.get("principals", []) for each in principal["identifiers"]]
            if accounts != [account] and not set(trusted) <= _WITHOUT_ACCOUNT and not _are_roles(trusted, statement):
                yield f"{name}: trusts {trusted} of any account"
            if not trusted or "*" in trusted:
                yield f"{name}: trusts {trusted}"


def _are_roles(trusted: list[str], statement: Body) -> bool:
    """Return whether the trusted are accounts, narrowed to exactly named roles."""
    roles = list_principals(statement)
    accounts = {f"{role.rpartition(':')[0]}:root" for role in roles}
    return bool(roles) and accounts == set(trusted) and not any("*" in role for role in roles)


@invariant
def policies_have_no_empty_list(document: Body) -> Iterator[str]:
    """An absent list is absent: an empty one makes policy checks answer "unknown"."""
    for name, policy in document["data"].get("aws_iam_policy_document", {}).items():
        if _holds_empty(policy):
            yield f"{name}: holds []"


def _holds_empty(node: object) -> bool:
    if isinstance(node, dict):
        return any(_holds_empty(value) for value in node.values())
    return isinstance(node, list) and (not node or any(_holds_empty(value) for value in node))
