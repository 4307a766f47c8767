"""Roles that the right service alone can take, and policies that say what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.iam import policy_reader
from tealform.policy.iam.lint import lint
from tests.invariants.assertions.document import Body, bodies, target
from tests.invariants.assertions.grants import principals

# What takes a role without saying for whom, as far as AWS documents it:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
# https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-iam-policies.html
_SAY_NOT_FOR_WHOM = {"chatbot.amazonaws.com", "ecs.amazonaws.com"}


def policies_pass_every_check(document: Body) -> Iterator[str]:
    """Names that AWS knows, roles that are passed by name, resources that are named, sizes that AWS takes, and so on."""
    yield from (str(violation) for violation in lint(policy_reader.read(document)).violations)


def trust_is_narrow(document: Body) -> Iterator[str]:
    """A role is taken by somebody who is named, on behalf of this account alone."""
    policies = document["data"].get("aws_iam_policy_document", {})
    account = document["provider"]["aws"][0]["allowed_account_ids"]
    for name, role in bodies(document, "aws_iam_role").items():
        trust = policies.get(target(role["assume_role_policy"]).rpartition(".")[2], {"statement": []})
        if not trust["statement"]:
            yield f"{name}: nobody is trusted"
        for statement in trust["statement"]:
            accounts = [
                each["values"] for each in statement.get("condition", []) if each["variable"] == "aws:SourceAccount"
            ]
            trusted = [each for principal in statement.get("principals", []) for each in principal["identifiers"]]
            if accounts != [account] and not set(trusted) <= _SAY_NOT_FOR_WHOM and not _are_roles(trusted, statement):
                yield f"{name}: trusts {trusted} of any account"
            if not trusted or "*" in trusted:
                yield f"{name}: trusts {trusted}"


def _are_roles(trusted: list[str], statement: Body) -> bool:
    """Whether those who are trusted are accounts, of which exactly named roles alone are meant."""
    roles = principals(statement)
    accounts = {f"{role.rpartition(':')[0]}:root" for role in roles}
    return bool(roles) and accounts == set(trusted) and not any("*" in role for role in roles)


def policies_hold_no_empty_list(document: Body) -> Iterator[str]:
    """An absent list is absent: an empty one makes policy checks answer «unknown»."""
    for name, policy in document["data"].get("aws_iam_policy_document", {}).items():
        if _holds_empty(policy):
            yield f"{name}: holds []"


def _holds_empty(node: object) -> bool:
    if isinstance(node, dict):
        return any(_holds_empty(value) for value in node.values())
    return isinstance(node, list) and (not node or any(_holds_empty(value) for value in node))


ALL = (policies_pass_every_check, trust_is_narrow, policies_hold_no_empty_list)
