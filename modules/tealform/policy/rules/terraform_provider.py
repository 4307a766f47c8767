"""The provider asks AWS, and all that it asks."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_KNOWN = {"alias", "allowed_account_ids", "default_tags", "region"}


def _judge(provider: Resource, _environment: Environment) -> Iterator[str]:
    if more := sorted(provider.body.keys() - _KNOWN):
        yield f"says {', '.join(more)}"
    if provider.body.get("alias"):
        yield "is a second configuration, and resources may be where nobody looks"


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_PROVIDER",
        severity="critical",
        title="The provider is told account, region and tags, and nothing else",
        why="Keys in it are in every checkout; other endpoints, no certificates or skipped checks send yours to somebody else",
        fix="Take the argument out; credentials come from the environment that Terraform runs in",
        link="https://registry.terraform.io/providers/hashicorp/aws/latest/docs",
    ),
    types=("provider.aws",),
    judge=_judge,
)
