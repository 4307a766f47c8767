"""The environment's keys are the account's own."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import resource_access
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.iam.policy_reader import PolicyStatement
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def _judge(key: Resource, environment: Environment) -> Iterator[str]:
    statements = resource_access.statements(key, environment)
    if not statements:
        yield "has no policy that can be read here"
        return
    yield from resource_access.describe_strangers(key, environment)
    for each in statements:
        if each.effect == "Allow" and not each.conditions and (services := _services(each)):
            yield f"lets {services} in whatever it is for"
    own = resource_access.account(environment)
    if not any(
        each.effect == "Allow" and "kms:*" in each.actions and not each.conditions and _is_account(each.principals, own)
        for each in statements
    ):
        yield "nothing lets the account administer it"


def _services(statement: PolicyStatement) -> str:
    return ", ".join(who for kind, who in statement.principals if kind == "Service")


def _is_account(principals: tuple[tuple[str, str], ...], account: str) -> bool:
    return any(kind == "AWS" and (who == account or who.endswith(f":{account}:root")) for kind, who in principals)


CHECK = Check(
    Rule(
        id="TEAL_KEY_POLICY",
        severity="critical",
        title="Keys are used by the environment's accounts, and administered by their own",
        why="Whoever is let in decrypts artifacts, images and logs; and a key that the account may not administer can be lost for good",
        fix="Let the account administer the key, and name every service or role beyond it",
        link="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    ),
    types=("aws_kms_key",),
    judge=_judge,
)
