"""What is made is made by resources that rules know."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.resources import files

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks, resources

_PROVIDER = "aws"
_DOOR = files("tealform") / "aws" / "__init__.py"
"""Through which everything of the provider comes into what is generated; to import it takes a second."""

_IMPORTED = re.compile(r"^from cdktf_cdktf_provider_aws\.(data_aws_)?(\w+) import ", re.MULTILINE)
_RUNS = {"external", "http", "null_resource", "terraform_data"}
"""TEAL_TERRAFORM_PROVISIONERS has more to say of them."""


@functools.cache
def _known() -> frozenset[tuple[str, str]]:
    """The mode and type of all that Tealform can generate."""
    found = _IMPORTED.findall(_DOOR.read_text(encoding="utf-8"))
    return frozenset(("data" if data else "resource", f"{_PROVIDER}_{name}") for data, name in found)


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    for each in resources(root.body):
        if (each.mode, each.type) not in _known() and each.type not in _RUNS:
            yield f"{each.address} is of a type that Tealform does not generate"
    places = (root.body.get("provider"), at(root.body.get("terraform"), "required_providers"))
    others = {name for place in places for each in blocks(place) for name in each} - {_PROVIDER, "//"}
    yield from (f"takes the provider {name} beside {_PROVIDER}" for name in sorted(others))


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_UNSEEN",
        severity="high",
        title="Nothing is of a type that Tealform does not generate",
        why="A connection to somebody else's network, a stack in a template, or a listener under its old name is looked at by no rule: "
        "it passes, whatever it opens",
        fix="Take it out of what is generated, or teach modules/ to make it and the rules to judge it",
        link="https://developer.hashicorp.com/terraform/language/resources",
    ),
    types=("root",),
    judge=_judge,
)
