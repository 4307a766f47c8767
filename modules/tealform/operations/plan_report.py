"""What is said of a plan: the summary, with what the guard and the policies say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.operations.plan_checks import PlanFindings
from tealform.operations.root_module import GeneratedModule
from tealform.plan import summary
from tealform.plan.source_map import Blame


def lines(module: GeneratedModule, planned: Mapping[str, Any], found: PlanFindings) -> Iterator[str]:
    """For people."""
    yield from summary.text(planned, Blame(module.folder), found.objections, name=module.name)
    yield from found.policy.lines


def document(module: GeneratedModule, planned: Mapping[str, Any], found: PlanFindings) -> dict[str, Any]:
    """For programs: what ``summary.as_json`` says, and ``policy``."""
    told = summary.as_json(planned, Blame(module.folder), found.objections, name=module.name)
    return told | {"policy": found.policy.as_json()}
