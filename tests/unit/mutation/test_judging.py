"""What the gate sees of the table of mutants."""

from __future__ import annotations

import functools

import pytest

from tealform_harness.mutation import judging, mutants, run
from tealform_harness.mutation.judging import Caught
from tealform_harness.mutation.mutant import Mutant
from tealform_harness.mutation.outcome import count
from tests.inventory import ROOT

# Our own rules see these without checkov, so that a rule that goes blind is noticed within seconds.
OURS = (
    "alarm-removed",
    "alarms-of-blue-only",
    "artifacts-without-a-key",
    "blue-is-gone-at-once",
    "containers-by-a-local",
    "deputy-with-an-empty-condition",
    "everything-by-another-document",
    "host-network",
    "green-of-the-neighbour",
    "no-approval",
    "no-public-access-block",
    "no-test-rule",
    "no-tags",
    "pass-any-role",
    "pass-roles-with-an-empty-condition",
    "password-in-a-variable",
    "plain-http-allowed-for-reading",
    "privileged-sidecar",
    "program-at-apply",
    "public-key-by-a-text",
    "rule-action-not-ignored",
    "scaling-counts-blue-twice",
    "source-polls-by-default",
    "start-twice",
    "stop-without-a-wait",
    "task-definition-not-ignored",
    "test-listener-open-by-halves",
    "token-in-a-build-variable",
    "unencrypted-artifacts-allowed",
    "writable-root",
)


@functools.cache
def _caught_by_our_rules() -> Caught:
    return judging.judge_by_our_rules(ROOT, [each for each in mutants.all_mutants() if each.id in OURS])


@pytest.mark.parametrize("mutant", OURS)
def test_our_own_rules_object_to(mutant: str) -> None:
    assert _caught_by_our_rules().get(mutant)


def test_harmless_change_is_not_caught() -> None:
    def describe(document: dict[str, object]) -> None:
        document["output"] = {}

    harmless = Mutant("outputs-gone", "the outputs were removed", "Nothing that a rule is about.", "dev", describe)
    assert judging.judge_by_our_rules(ROOT, [harmless]) == {}


@pytest.mark.slow
def test_the_gate_sees_all_but_the_known_blind_spots() -> None:
    outcomes = run.outcomes(ROOT, mutants.by_area())
    left = {each.mutant.id: each.result for each in outcomes if each.result not in ("caught", "blind spot")}
    assert not left
    assert count(outcomes, "caught") >= FLOOR


FLOOR = 444
"""How many mutants are caught at least; it only ever rises."""
