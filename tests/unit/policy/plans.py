"""Small plans, as ``terraform show -json`` tells them, and what checkov 3.3.30 prints about plans."""

from __future__ import annotations

import json
from typing import Any


def resource(
    address: str, values: dict[str, Any], expressions: dict[str, Any] | None = None, *, key: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Planned values and configuration; without ``expressions`` all values are configured, as constants."""
    mode, _, rest = address.partition(".") if address.startswith("data.") else ("managed", "", address)
    kind, _, name = rest.partition(".")
    constants = {each: {"constant_value": value} for each, value in values.items()}
    configured = constants if expressions is None else expressions
    head = {"mode": mode, "type": kind, "name": name}
    return {"address": f"{address}{key}", **head, "values": values}, {
        "address": address,
        **head,
        "expressions": configured,
    }


def refers(*references: str) -> dict[str, Any]:
    return {"references": list(references)}


def plan(*resources: tuple[dict[str, Any], dict[str, Any]], **more: Any) -> dict[str, Any]:
    configured = {conf["address"]: conf for _, conf in resources}
    return {
        "format_version": "1.2",
        "terraform_version": "1.12.2",
        "planned_values": {"root_module": {"resources": [values for values, _ in resources]} if resources else {}},
        "configuration": {"root_module": {"resources": list(configured.values())}},
        "errored": False,
        **more,
    }


def record(check: str, address: str) -> dict[str, Any]:
    return {
        "check_id": check,
        "check_name": f"Ensure {check}",
        "file_path": "/plan.json",
        "file_line_range": [0, 0],
        "resource": address,
        "resource_address": address,
        "guideline": None,
    }


def report(
    resources: int,
    passed: list[dict[str, Any]] | None = None,
    failed: list[dict[str, Any]] | None = None,
    skipped: list[dict[str, Any]] | None = None,
    unparsed: list[str] | None = None,
) -> str:
    results = {
        "passed_checks": passed or [],
        "failed_checks": failed or [],
        "skipped_checks": skipped or [],
        "parsing_errors": unparsed or [],
    }
    summary = {"passed": len(passed or []), "failed": len(failed or []), "resource_count": resources}
    return json.dumps({"check_type": "terraform_plan", "results": results, "summary": summary})
