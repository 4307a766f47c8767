"""When a setting takes effect: the table of docs/releases.md, held against what is generated."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from tealform.settings.service import Service
from tealform.settings.types import as_block, strip_annotated, union_members
from tests.inventory import ROOT
from tools import setting_effects

# Moving a running service is a chapter of its own.
ELSEWHERE = {"release.engine"}
WHOLE = {"release.hooks"}


def settings(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """The settings of a block and of those inside, ``kind`` apart."""
    for key, field in model.model_fields.items():
        name = f"{path}{key}"
        inner = [block for block in blocks(field.annotation) if block.model_fields]
        if key == "kind":
            continue
        if not inner or name in WHOLE:
            yield name
        for block in inner:
            if name not in WHOLE:
                label = get_args(block.model_fields["kind"].annotation) if "kind" in block.model_fields else ()
                yield from settings(block, ".".join([name, *label, ""]))


def blocks(annotation: Any) -> list[type[BaseModel]]:
    """The blocks that a setting may hold; those in blocks with names of their own count as one setting."""
    found = [as_block(strip_annotated(each)) for each in (annotation, *union_members(strip_annotated(annotation)))]
    return [block for block in found if block is not None]


def test_every_setting_of_a_service_is_in_the_table() -> None:
    there = set(settings(Service)) - ELSEWHERE
    assert there - setting_effects.CHANGES.keys() == set()
    assert setting_effects.CHANGES.keys() - there == {"release.smoke_test"}


@functools.cache
def said() -> dict[str, list[str]]:
    """The committed table: what it says of each setting for CodeDeploy, and for ECS."""
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in setting_effects.committed(ROOT).splitlines()[2:]
    ]
    return {name.strip("`"): cells for names, *cells in rows for name in names.split(", ")}


def test_the_table_says_something_of_every_setting() -> None:
    assert said().keys() == setting_effects.CHANGES.keys()


@pytest.mark.parametrize(
    ("setting", "codedeploy", "ecs"),
    [
        ("cpu", "next release (taskdef.json)", "next release (taskdef.json)"),
        (
            "port",
            "apply; next release (taskdef.json and appspec.yml)",
            "apply, which begins a deployment; next release (taskdef.json)",
        ),
        ("capacity.spot", "next release (appspec.yml)", "apply, which begins a deployment"),
        ("tasks.max", "apply", "apply"),
        ("bootstrap_image", "creation only", "creation only"),
        ("release.keep_blue_minutes", "apply", "apply, which begins a deployment"),
        ("release.hooks", "apply; next release (appspec.yml)", "apply, which begins a deployment"),
    ],
)
def test_a_setting_takes_effect_when_the_table_says(setting: str, codedeploy: str, ecs: str) -> None:
    assert said()[setting] == [codedeploy, ecs]


@pytest.mark.slow
def test_the_whole_table_is_what_is_generated() -> None:
    assert setting_effects.committed(ROOT) == setting_effects.table(), "run: make docs"
