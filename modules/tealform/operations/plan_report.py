"""What is said of a plan: the summary, with what the guard and the policies say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.operations.plan_checks import Judgement
from tealform.operations.root_module import RootModule
from tealform.plan import summary
from tealform.plan.source_map import SourceMap


def lines(module: RootModule, planned: Mapping[str, Any], found: Judgement) -> Iterator[str]:
    """For people."""
    yield from summary.text(planned, SourceMap(module.folder), found.objections, name=module.name)
    yield from found.policy.lines


def document(module: RootModule, planned: Mapping[str, Any], found: Judgement) -> dict[str, Any]:
    """For programs: what ``summary.as_json`` says, and ``policy``."""
    told = summary.as_json(planned, SourceMap(module.folder), found.objections, name=module.name)
    return told | {"policy": found.policy.as_json()}
