"""A plan and an apply ask AWS, and run nothing on the machine that they are run on."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, resources

_RUNS = {"external", "http", "null_resource", "terraform_data"}


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    for each in resources(root.body):
        if each.type in _RUNS:
            yield f"{each.address} may run or fetch anything"
        yield from (f"{each.address} has a {block}" for block in ("connection", "provisioner") if each.body.get(block))


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_PROVISIONERS",
        severity="critical",
        title="Nothing runs commands or fetches pages during a plan or an apply",
        why="A pull request that is merely planned runs its own commands with the credentials of whoever plans it",
        fix="Do it in a build or a function, and take the block out",
        link="https://developer.hashicorp.com/terraform/language/resources/provisioners/syntax",
    ),
    types=("root",),
    judge=_judge,
)
