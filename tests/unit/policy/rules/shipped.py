"""The shipped environments, one thing in them changed, and what one rule says of that."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tealform.policy.check import Check, evaluate
from tealform.policy.environment import Environment
from tests.inventory import ROOT

Json = dict[str, Any]


@functools.cache
def _shipped(name: str) -> Json:
    document: Json = json.loads((ROOT / "environments" / name / "cdk.tf.json").read_text(encoding="utf-8"))
    return document


def document(name: str) -> Json:
    """What is generated for a shipped environment, to be changed at will."""
    return deepcopy(_shipped(name))


def judged(check: Check, name: str, change: Callable[[Json], object] = lambda _: None) -> dict[str, str]:
    """What the rule says of each resource that it judged in a shipped environment, once ``change`` was made to its
    document: empty for what is as it wants it. It must have been able to judge all, and must have judged something.
    """
    changed = document(name)
    change(changed)
    evaluation = evaluate(Environment(name, changed), [check])
    assert not evaluation.mistakes
    found = {finding.address: finding.message for finding in evaluation.findings}
    outcome = {address: found.get(address, "") for _, address in evaluation.judged}
    assert outcome
    return outcome


def failed(check: Check, name: str, change: Callable[[Json], object] = lambda _: None) -> dict[str, str]:
    """The same, but only what the rule has something against."""
    return {address: message for address, message in judged(check, name, change).items() if message}
