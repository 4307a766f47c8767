"""What was planned with one provider is not applied with another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_EXACT = re.compile(r"(= ?)?\d+\.\d+\.\d+")
_AWS = "hashicorp/aws"


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    settings = root.body.get("terraform")
    if not at(settings, "required_version"):
        yield "terraform has no required_version"
    providers = {name: said for each in blocks(at(settings, "required_providers")) for name, said in each.items()}
    if at(providers, "aws", "source") != _AWS:
        yield f"required_providers does not take aws from {_AWS}"
    for name in providers:
        version = at(providers, name, "version")
        if not _EXACT.fullmatch(str(version)):
            yield f"takes the provider {name} in version {version}, which is not exact"


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_PINNED",
        severity="medium",
        title="Providers are pinned to an exact version",
        why="A provider that came out last night plans changes that nobody made, or reads the same JSON as something else",
        fix="Pin the provider to an exact version in required_providers, as `tealform synth` does",
        link="https://developer.hashicorp.com/terraform/language/providers/requirements",
    ),
    types=("root",),
    judge=_judge,
)
