"""A plan as whoever may not administer the workspace reads it, and as Terraform shows it to people.

It is no plan of ``terraform show -json``: it has the changes and the schemas of their types, and no state.
https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

_KEPT = ("resource_changes", "resource_drift", "output_changes", "relevant_attributes", "deferred_changes")
_SIDES = ("before", "after")


def plan(whole: Mapping[str, Any], schemas: Mapping[str, Any]) -> Document:
    """The redacted form of a plan, from what ``terraform show -json`` and ``terraform providers schema -json`` tell."""
    kept: Document = {name: whole[name] for name in _KEPT if name in whole}
    changes = [*kept.get("resource_changes", ()), *kept.get("resource_drift", ())]
    for name in ("resource_changes", "resource_drift"):
        if name in kept:
            kept[name] = [{**each, "change": _redacted(each["change"])} for each in kept[name]]
    outputs = kept.get("output_changes", {})
    return {
        "plan_format_version": whole["format_version"],
        "provider_format_version": schemas["format_version"],
        "provider_schemas": _used(schemas.get("provider_schemas", {}), {each["type"] for each in changes}),
        **kept,
        "output_changes": {name: _redacted(each) for name, each in outputs.items()},
    }


def _used(schemas: Mapping[str, Any], types: set[str]) -> Document:
    kinds = ("resource_schemas", "data_source_schemas")
    return {
        provider: {kind: {name: schema[kind][name] for name in types & set(schema.get(kind, ()))} for kind in kinds}
        for provider, schema in schemas.items()
    }


def _redacted(change: Document) -> Document:
    hidden = {side: _without(change.get(side), change.get(f"{side}_sensitive")) for side in _SIDES if side in change}
    return {**change, **hidden}


def _without(value: Any, sensitive: Any) -> Any:
    """``value`` with nothing in the places where ``sensitive``, of the same shape, says so."""
    if sensitive is True:
        return None
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {name: _without(each, sensitive.get(name)) for name, each in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list) and len(value) == len(sensitive):
        return [_without(*each) for each in zip(value, sensitive, strict=True)]
    return value
