"""Our own rules check each resource once, and one that cannot is no pass."""

from __future__ import annotations

from collections.abc import Iterable

from tealform.policy import rules
from tealform.policy.check import Check, evaluate
from tealform.policy.environment import Environment
from tealform.policy.rule import SEVERITIES, Rule
from tealform.synth.terraform_json import Resource

RULE = Rule("TEAL_TEST", "high", "Things are called good", "why", "fix", "https://docs.example.com")
DOCUMENT = {
    "resource": {
        "aws_sns_topic": {
            "good": {"//": {"metadata": {"path": "dev/topics/good"}}},
            "bad": {"//": {"metadata": {"path": "dev/topics/bad"}}},
        }
    }
}


def _judge(resource: Resource, _: Environment) -> Iterable[str]:
    if resource.name == "bad":
        yield "is called bad"
        yield "is not called good"


def test_each_resource_of_its_types_is_judged() -> None:
    evaluation = evaluate(Environment("dev", DOCUMENT), [Check(RULE, ("aws_sns_topic",), _judge)])
    assert evaluation.judged == [("TEAL_TEST", "aws_sns_topic.good"), ("TEAL_TEST", "aws_sns_topic.bad")]
    [finding] = evaluation.findings
    assert (finding.check, finding.title, finding.guideline) == (RULE.id, RULE.title, RULE.link)
    assert (finding.address, finding.path) == ("aws_sns_topic.bad", "topics/bad")
    assert finding.message == "is called bad; is not called good"
    assert evaluation.mistakes == []


def test_what_it_does_not_apply_to_is_not_judged() -> None:
    check = Check(RULE, ("aws_sns_topic",), _judge, lambda resource, _: resource.name == "good")
    evaluation = evaluate(Environment("dev", DOCUMENT), [check])
    assert evaluation.judged == [("TEAL_TEST", "aws_sns_topic.good")]
    assert evaluation.findings == []


def test_rule_that_raises_is_a_mistake_and_the_others_go_on() -> None:
    def stumbles(resource: Resource, _: Environment) -> Iterable[str]:
        yield from resource.body["name"]

    checks = [Check(RULE, ("aws_sns_topic",), stumbles), Check(RULE, ("aws_sns_topic",), _judge)]
    evaluation = evaluate(Environment("dev", DOCUMENT), checks)
    assert evaluation.mistakes == [
        "environments/dev: TEAL_TEST cannot judge aws_sns_topic.good: 'name'",
        "environments/dev: TEAL_TEST cannot judge aws_sns_topic.bad: 'name'",
    ]
    assert len(evaluation.judged) == 2


def test_production_is_what_is_called_so_or_protected() -> None:
    assert Environment("prod", {}).production
    assert Environment("production", {}).production
    assert Environment("live", {}, protected=True).production
    assert not Environment("dev", {}).production


def test_rules_say_all_that_their_reader_needs() -> None:
    checks = rules.checks()
    assert len({check.rule.id for check in checks}) == len(checks) > 0
    for check in checks:
        rule = check.rule
        assert rule.id.startswith("TEAL_")
        assert rule.severity in SEVERITIES
        assert all((rule.title, rule.why, rule.fix, rule.link.startswith("https://"))), rule.id
