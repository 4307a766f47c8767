"""The containers of a task definition, which Terraform has as a text."""

from __future__ import annotations

import json
from typing import Any

from harness.terraform_json import Resource


def of(task_definition: Resource) -> list[dict[str, Any]]:
    """The container definitions in ``task_definition``; raises ``ValueError`` if they are no list of objects."""
    found = json.loads(task_definition.body.get("container_definitions", "null"))
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("its container_definitions are no list of objects")
    return found
