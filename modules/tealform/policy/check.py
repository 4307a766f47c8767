"""Our own rules with the functions that check them, and their evaluation on an environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tealform.policy.environment import Environment
from tealform.policy.rule import Finding, Rule
from tealform.synth.terraform_json import Resource


def always(_resource: Resource, _environment: Environment) -> bool:
    """Return True: the check applies to every resource of its types."""
    return True


@dataclass(frozen=True)
class Check:
    """A rule, and the function that checks each resource of ``types`` to which it ``applies``.

    A type is Terraform's, prefixed with ``data.`` for a data source, or one of those that ``Environment.resources``
    adds. ``judge`` yields one sentence for each mistake, and nothing for a resource that meets the rule.
    """

    rule: Rule
    types: tuple[str, ...]
    judge: Callable[[Resource, Environment], Iterable[str]]
    applies: Callable[[Resource, Environment], bool] = always


@dataclass
class Evaluation:
    """What was checked (pairs of rule and address), the findings, and which rule failed on what."""

    judged: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def __add__(self, other: Evaluation) -> Evaluation:
        return Evaluation(self.judged + other.judged, self.findings + other.findings, self.mistakes + other.mistakes)


def evaluate(environment: Environment, checks: Iterable[Check]) -> Evaluation:
    """Run each check on every resource that it applies to.

    A check that raises has checked nothing: that is a mistake, not a pass.
    """
    evaluation = Evaluation()
    for check in checks:
        for resource in environment.resources(*check.types):
            try:
                _evaluate(check, resource, environment, evaluation)
            except Exception as error:
                reason = error if str(error) else type(error).__name__
                evaluation.mistakes.append(
                    f"environments/{environment.name}: {check.rule.id} cannot judge {resource.address}: {reason}"
                )
    return evaluation


def _evaluate(check: Check, resource: Resource, environment: Environment, evaluation: Evaluation) -> None:
    if not check.applies(resource, environment):
        return
    messages = list(check.judge(resource, environment))
    rule = check.rule
    evaluation.judged.append((rule.id, resource.address))
    if messages:
        path = environment.path(resource)
        evaluation.findings.append(Finding(rule.id, rule.title, resource.address, path, rule.link, "; ".join(messages)))
