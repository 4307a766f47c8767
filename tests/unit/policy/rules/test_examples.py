"""Our rules against everything that settings can ask for."""

from __future__ import annotations

import pytest

from tealform.policy import rules
from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tools.iam_examples import generated


@pytest.mark.slow
def test_no_option_breaks_a_rule_but_those_that_open_something() -> None:
    found = set()
    for example, document in generated().items():
        evaluation = evaluate(Environment(example.name, document), rules.checks())
        assert not evaluation.mistakes
        found |= {(finding.check, example.options) for finding in evaluation.findings}
    # ECS Exec writes to the container: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    assert found == {("TEAL_TASK_READ_ONLY", ("exec",))}
