"""Inventories: how many there are of each type in an environment, and the values that matter.

A change of the generator that nobody meant shows here in a few lines, not in thousands of lines of JSON.
``make inventory`` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tealform.settings import loader
from tealform.settings.loader import GENERATED

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = ROOT / "environments"
TEMPLATES = ROOT / "modules" / "tealform" / "templates"
INVENTORIES = Path(__file__).parent / "inventories"

_VALUES = {
    "aws_vpc": ("cidr_block",),
    "aws_subnet": ("availability_zone", "cidr_block"),
    "aws_lb": ("name", "internal", "enable_deletion_protection"),
    "aws_lb_listener": ("port", "protocol"),
    "aws_lb_listener_rule": ("priority", "condition", "lifecycle"),
    "aws_lb_target_group": ("name", "port", "health_check"),
    "aws_ecs_task_definition": ("family", "cpu", "memory", "runtime_platform"),
    "aws_ecs_service": ("name", "desired_count", "deployment_controller", "capacity_provider_strategy", "lifecycle"),
    "aws_appautoscaling_target": ("min_capacity", "max_capacity"),
    "aws_ecr_repository": ("name", "image_tag_mutability", "force_delete"),
    "aws_codecommit_repository": ("repository_name",),
    "aws_cloudwatch_event_rule": ("event_pattern",),
    "aws_codedeploy_deployment_group": ("deployment_config_name", "blue_green_deployment_config"),
    "aws_s3_bucket": ("bucket", "force_destroy"),
    "aws_cloudwatch_log_group": ("name", "retention_in_days"),
}


def inventory(document: dict[str, Any]) -> dict[str, Any]:
    """The inventory of a generated environment."""
    resources: dict[str, dict[str, Any]] = document["resource"]
    data: dict[str, dict[str, Any]] = document["data"]
    values = {
        f"{kind}.{name}": {key: body[key] for key in keys}
        for kind, keys in _VALUES.items()
        for name, body in resources.get(kind, {}).items()
    }
    stages = {
        f"aws_codepipeline.{name}": [stage["name"] for stage in body["stage"]]
        for name, body in resources.get("aws_codepipeline", {}).items()
    }
    return {
        "data": {kind: len(bodies) for kind, bodies in data.items()},
        "resources": {kind: len(bodies) for kind, bodies in resources.items()},
        "stages": stages,
        "values": values,
    }


def generated(name: str) -> dict[str, Any]:
    """The committed Terraform of an environment."""
    document: dict[str, Any] = json.loads((ENVIRONMENTS / name / GENERATED).read_text(encoding="utf-8"))
    return document


def recorded(name: str) -> dict[str, Any] | None:
    """The committed inventory of an environment, if there is one."""
    file = INVENTORIES / f"{name}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None


def main() -> None:
    """Writes the inventory of every environment."""
    for name in loader.list_environments(ENVIRONMENTS):
        text = yaml.safe_dump(inventory(generated(name)), sort_keys=True, allow_unicode=True, width=120)
        (INVENTORIES / f"{name}.yaml").write_text(text, encoding="utf-8")
        print(f"tests/inventories/{name}.yaml")


if __name__ == "__main__":
    main()
