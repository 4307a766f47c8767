"""What policies of a document grant, as far as invariants ask."""

from __future__ import annotations

from collections.abc import Iterator

from tests.invariants.assertions.document import Body, bodies, follow, plain, target, value_of


def partition(document: Body) -> str:
    """The partition of ARNs in the document's region."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region(document).rsplit("-", 2)[0], "aws")


def region(document: Body) -> str:
    """The region that a document is for."""
    return str(document["provider"]["aws"][0]["region"])


def account(document: Body) -> str:
    """The account that a document is for."""
    (found,) = document["provider"]["aws"][0]["allowed_account_ids"]
    return str(found)


def role_arn(document: Body, role: Body) -> str:
    """The ARN that a role of the document has."""
    return f"arn:{partition(document)}:iam::{account(document)}:role/{role['name']}"


def statements(document: Body, policy: object) -> list[Body]:
    """The statements of the policy document that a value is a reference to."""
    name = target(policy).rpartition(".")[2]
    found: list[Body] = (
        document.get("data", {}).get("aws_iam_policy_document", {}).get(name, {"statement": []})["statement"]
    )
    return found


def permissions(document: Body, role: object) -> Iterator[Body]:
    """The statements of what a role may do; ``role`` is a reference to it, or it itself."""
    body = role if isinstance(role, dict) else follow(document, role)
    for policy in bodies(document, "aws_iam_role_policy").values():
        if follow(document, policy["role"]) is body:
            yield from statements(document, policy["policy"])


def allowed(document: Body, role: object, action: str) -> set[str]:
    """The resources on which a role may do ``action``."""
    return {
        plain(str(value_of(document, resource)))
        for statement in permissions(document, role)
        if statement["effect"] == "Allow" and action in statement["actions"]
        for resource in statement["resources"]
    }


def principals(statement: Body) -> set[str]:
    """The ARNs that a statement is narrowed to by who asks."""
    return {
        value
        for condition in statement.get("condition", [])
        if condition["variable"] == "aws:PrincipalArn"
        for value in condition["values"]
    }
