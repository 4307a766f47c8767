"""Lets all of our own rules judge an environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.finding import Finding
from tealform.synth.terraform_json import Resource


@dataclass
class Evaluation:
    """What was judged (rule and address), what was found, and which rule could not judge what."""

    judged: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)


def evaluate(environment: Environment, checks: Iterable[Check]) -> Evaluation:
    """Lets each check judge all that it applies to.

    One that raises has judged nothing: that is a mistake, and not a pass.
    """
    evaluation = Evaluation()
    for check in checks:
        for resource in environment.resources(*check.types):
            try:
                _judge(check, resource, environment, evaluation)
            except Exception as error:
                said = error if str(error) else type(error).__name__
                evaluation.mistakes.append(
                    f"environments/{environment.name}: {check.rule.id} cannot judge {resource.address}: {said}"
                )
    return evaluation


def _judge(check: Check, resource: Resource, environment: Environment, evaluation: Evaluation) -> None:
    if not check.applies(resource, environment):
        return
    messages = list(check.judge(resource, environment))
    evaluation.judged.append((check.rule.id, resource.address))
    if messages:
        said, path = check.rule, environment.path(resource)
        evaluation.findings.append(Finding(said.id, said.title, resource.address, path, said.link, "; ".join(messages)))
