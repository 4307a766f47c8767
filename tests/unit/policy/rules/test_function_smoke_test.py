"""The smoke test asks green, and waits for the right answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.rules.function_smoke_test import CHECK
from tests.unit.policy.rules.parts import TEST, drop, put, remove, together
from tests.unit.policy.rules.shipped import Json, document, failed, judged

FUNCTION = "aws_lambda_function.service-web_smoke-test_function"
TOLD = "environment.variables"


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_shipped_functions_are_as_it_wants_them(name: str) -> None:
    assert judged(CHECK, name) == {FUNCTION: ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(put(FUNCTION, f"{TOLD}.PORT", "443"), "PORT is 443, and green answers on 8443", id="blue"),
        pytest.param(drop(FUNCTION, f"{TOLD}.PORT"), "PORT is missing, and green answers on 8443", id="no port"),
        pytest.param(put(TEST, "port", 9443), "PORT is 8443, and green answers on 9443", id="listener moved"),
        pytest.param(
            put(FUNCTION, f"{TOLD}.EXPECT", "500"), "EXPECT is 500, which no service that works answers", id="error"
        ),
        pytest.param(
            drop(FUNCTION, f"{TOLD}.EXPECT"), "EXPECT is missing, which no service that works answers", id="anything"
        ),
        pytest.param(
            put(FUNCTION, "timeout", 60), "it is ended after 60 seconds, and asks for 60", id="ended while it asks"
        ),
        pytest.param(drop(FUNCTION, "timeout"), "it is ended after 3 seconds, and asks for 60", id="Lambda's default"),
        pytest.param(
            drop(FUNCTION, f"{TOLD}.SECONDS"), "it is ended after 120 seconds, and asks for missing", id="no end"
        ),
        pytest.param(
            put(FUNCTION, "runtime", "python3.8"),
            "its runtime is python3.8, and it is written and tested for python3.13",
            id="old",
        ),
        pytest.param(
            drop(FUNCTION, "environment"),
            "PORT is missing, and green answers on 8443; EXPECT is missing, which no service that works answers; "
            "it is ended after 120 seconds, and asks for missing",
            id="told nothing",
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], message: str) -> None:
    assert failed(CHECK, "prod", change) == {FUNCTION: message}


@pytest.mark.parametrize("expected", ["204", 401, "404"])
def test_a_refusal_may_be_right(expected: object) -> None:
    assert not failed(CHECK, "prod", put(FUNCTION, f"{TOLD}.EXPECT", expected))


def test_without_a_test_listener_it_cannot_ask_green() -> None:
    prod = document("prod")
    remove(TEST)(prod)
    [finding] = evaluate(Environment("prod", prod), [CHECK]).findings
    assert finding.message == "PORT is 8443, and green answers on no test listener"


def test_other_functions_are_told_other_things() -> None:
    prod = document("prod")
    together(put(FUNCTION, "handler", "report.main"), put(FUNCTION, f"{TOLD}.PORT", "25"))(prod)
    assert not evaluate(Environment("prod", prod), [CHECK]).judged
