"""Tests reach green by the requests that production gets."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tealform.policy import deployments
from tealform.policy.check import Check
from tealform.policy.deployments import Deployment
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    release = deployments.parse_deployment(resource, environment)
    production = _conditions(release, release.production, environment)
    test = _conditions(release, release.test, environment)
    if production and test and set(production) != set(test):
        several = ", ".join(sorted({*production.values(), *test.values()}))
        yield f"the conditions of {several} differ"


def _conditions(release: Deployment, routes: tuple[Resource, ...], environment: Environment) -> dict[str, str]:
    """The conditions under which rules of the routes' listeners lead to the release's target groups, with the rule."""
    listeners = [deployments.listener(route, environment).address for route in routes]
    return {
        json.dumps(list(blocks(rule.body.get("condition"))), sort_keys=True): rule.address
        for rule in environment.resources("aws_lb_listener_rule")
        if deployments.listener(rule, environment).address in listeners
        and any(group in release.target_groups for group in deployments.forwards_to(rule, environment))
    }


CHECK = Check(
    Rule(
        id="TEAL_LISTENER_CONDITIONS",
        severity="medium",
        title="The same requests reach a service on the production and on the test listener",
        why="What is tested is not what is released: the smoke test is answered by another service or by nobody, or "
        "requests that only production gets were never tried.",
        fix="Give both rules the same conditions.",
        link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
        setting="service.<name>.paths",
    ),
    types=deployments.TYPES,
    judge=_judge,
    applies=deployments.moves_traffic,
)
