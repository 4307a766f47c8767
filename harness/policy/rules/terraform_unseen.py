"""What is made is made by resources that rules can see."""

from __future__ import annotations

from collections.abc import Iterator

from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.policy.values import at
from harness.terraform_json import Resource, blocks, resources

_PROVIDER = "aws"
_OTHER_NAMES = "aws_alb"
_MAKERS = {
    "aws_cloudcontrolapi_resource",
    "aws_cloudformation_stack",
    "aws_cloudformation_stack_instances",
    "aws_cloudformation_stack_set",
    "aws_cloudformation_stack_set_instance",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product",
}
"""They make what a text or somebody else says, and not what Terraform shows."""

_RUNS = {"external", "http", "null_resource", "terraform_data"}
"""CUT_TERRAFORM_PROVISIONERS has more to say of them."""


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    for each in resources(root.body):
        if each.type in _MAKERS:
            yield f"{each.address} makes what no rule looks into"
        elif each.type.startswith(_OTHER_NAMES):
            yield f"{each.address} is of a type that is called {each.type.replace('_alb', '_lb', 1)} here"
        elif not each.type.startswith(f"{_PROVIDER}_") and each.type not in _RUNS:
            yield f"{each.address} is made by another provider than {_PROVIDER}"
    places = (root.body.get("provider"), at(root.body.get("terraform"), "required_providers"))
    others = {name for place in places for each in blocks(place) for name in each} - {_PROVIDER, "//"}
    yield from (f"takes the provider {name} beside {_PROVIDER}" for name in sorted(others))


CHECK = Check(
    Rule(
        id="CUT_TERRAFORM_UNSEEN",
        severity="high",
        title="Nothing is made but by the resources of the AWS provider, under the names that rules know",
        why="A listener under its old name, a stack in a template, or a resource of another provider is looked at by no rule: it passes, "
        "whatever it opens",
        fix="Write it as a resource of the AWS provider, by the name that `make synth` gives it",
        link="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb_listener",
    ),
    types=("root",),
    judge=_judge,
)
