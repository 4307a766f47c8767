"""Root modules that need no provider, in a project that Terraform itself can plan and apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tealform.operations import root_module
from tealform.operations.root_module import GeneratedModule
from tests import support

GENERATED = "cdk.tf.json"


def greeting(**values: Any) -> dict[str, Any]:
    """Terraform that says ``hello``, or whatever is given as ``input``; another ``triggers_replace`` replaces it."""
    return {"resource": {"terraform_data": {"greeting": {"input": "hello", **values}}}}


def write(root: Path, document: dict[str, Any] | None = None, name: str = "dev", settings: str = "") -> GeneratedModule:
    """Writes an environment, and returns what can be planned and applied of it."""
    folder = root / "environments" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.hcl").write_text(f"{settings}\n{support.environment()}")
    generate(folder, document or greeting())
    return root_module.find(root, name)


def generate(folder: Path, document: dict[str, Any]) -> None:
    """Replaces what was generated."""
    (folder / GENERATED).write_text(json.dumps(document))
