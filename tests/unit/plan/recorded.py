"""Recorded plans, and how they are made of what ``terraform show -json`` says.

``python -m tests.unit.plan.recorded NAME=FILE …`` takes what the tests read from each FILE to ``recorded/NAME.json``.
They were recorded with the real provider 5.100.0 on the emulated AWS; ``resource_drift`` is left out, which is that
AWS's alone.
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recorded"

_KEPT = "applyable complete errored format_version output_changes resource_changes terraform_version"
_STATE = """
    aws_codedeploy_deployment_group aws_codepipeline aws_ecs_service aws_lb_listener aws_lb_listener_rule
    aws_lb_target_group
"""
_OF_VALUES = """
    action app_name arn cluster default_action deployment_controller deployment_group_name ecs_service id listener_arn
    load_balancer load_balancer_info name port
"""


@functools.cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def plan(name: str) -> dict[str, Any]:
    """The recorded plan ``name``, a new one each time."""
    content: dict[str, Any] = json.loads(_text(name))
    return content


def names() -> list[str]:
    """All recorded plans."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def reduced(whole: dict[str, Any]) -> dict[str, Any]:
    """What the tests read of a plan: what changes, and of the state what has traffic and what releases."""
    plan = {key: value for key, value in whole.items() if key in _KEPT.split()}
    plan["resource_changes"] = [
        each | {"change": _values(each["change"])}
        for each in whole.get("resource_changes", [])
        if each["change"]["actions"] not in (["no-op"], ["read"])
    ]
    resources = whole.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])
    state = [
        {key: each[key] for key in ("address", "mode", "type", "name")}
        | {"values": {key: value for key, value in each["values"].items() if key in _OF_VALUES.split()}}
        for each in resources
        if each["type"] in _STATE.split() and each["mode"] == "managed"
    ]
    plan["prior_state"] = {"values": {"root_module": {"resources": state}}}
    return plan


def _values(change: dict[str, Any]) -> dict[str, Any]:
    """A change without what says nothing: attributes that are null, and marks of secrets where there is none."""
    for mark in ("before_sensitive", "after_sensitive"):
        if "true" not in json.dumps(change.get(mark)):
            change = {key: value for key, value in change.items() if key != mark}
    for side in ("before", "after"):
        if change.get(side):
            change = change | {side: {key: value for key, value in change[side].items() if value is not None}}
    return change


def _main(arguments: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for argument in arguments:
        name, _, file = argument.partition("=")
        whole = json.loads(Path(file).read_text(encoding="utf-8"))
        text = json.dumps(reduced(whole), sort_keys=True, indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
