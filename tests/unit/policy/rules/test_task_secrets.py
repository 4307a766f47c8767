"""No secret stands in a task definition in plain text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.task_secrets import CHECK
from tests.unit.policy.rules.parts import TASK, contain
from tests.unit.policy.rules.shipped import Json, failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            contain(environment=[{"name": "DB_PASSWORD", "value": "hunter2"}]),
            "variable DB_PASSWORD of container web is named like a secret",
            id="by its name",
        ),
        pytest.param(
            contain(environment=[{"name": "ID", "value": "AKIAIOSFODNN7EXAMPLE"}]),
            "variable ID of container web looks like an AWS access key",
            id="by its value",
        ),
        pytest.param(
            contain(environment=[{"name": "DATABASE_URL", "value": "postgres://web:hunter2@db/web"}]),
            "variable DATABASE_URL of container web looks like a URL with a password in it",
            id="in a URL",
        ),
        pytest.param(
            contain(environment=[{"name": "DB", "value": "${aws_db_instance.main.password}"}]),
            "variable DB of container web looks like a value that Terraform keeps secret",
            id="from the state",
        ),
        pytest.param(
            contain(logConfiguration={"logDriver": "splunk", "options": {"splunk-token": "abc"}}),
            "log option splunk-token of container web is named like a secret",
            id="in the log options",
        ),
        pytest.param(
            contain(dockerLabels={"api-key": "abc"}),
            "label api-key of container web is named like a secret",
            id="in a label",
        ),
        pytest.param(
            contain(command=["serve", "--db=postgres://web:hunter2@db/web"]),
            "command of container web looks like a URL with a password in it",
            id="in the command",
        ),
        pytest.param(
            contain(healthCheck={"command": ["CMD-SHELL", "curl http://web:hunter2@localhost/"]}),
            "healthCheck of container web looks like a URL with a password in it",
            id="in the health check",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {TASK: message}


def test_what_refers_to_a_secret_may_stand_there() -> None:
    arn = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:web-Ab12Cd"
    change = contain(
        secrets=[{"name": "DB_PASSWORD", "valueFrom": arn}], environment=[{"name": "SECRET", "value": arn}]
    )
    assert not failed(CHECK, "prod", change)
