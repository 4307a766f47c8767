"""The documents of the API: https://developer.hashicorp.com/terraform/cloud-docs/api-docs"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tealform_harness.hcp_emulator.models import FINAL, Configuration, EmulatedWorkspace, Log, Organization, Run

Document = dict[str, Any]

_PERMISSIONS = [
    "can-update",
    "can-destroy",
    "can-queue-run",
    "can-queue-apply",
    "can-queue-destroy",
    "can-lock",
    "can-unlock",
    "can-force-unlock",
    "can-read-settings",
    "can-read-variable",
    "can-update-variable",
    "can-create-state-versions",
    "can-read-state-versions",
    "can-read-state-outputs",
    "can-read-run",
    "can-manage-run-tasks",
    "can-read-assessment-results",
]
_RUN_PERMISSIONS = [
    "can-apply",
    "can-cancel",
    "can-discard",
    "can-force-execute",
    "can-force-cancel",
    "can-override-policy-check",
]
_REDACTED_KEYS = ("resource_changes", "resource_drift", "output_changes", "relevant_attributes", "deferred_changes")


def organization(it: Organization) -> Document:
    """An organization."""
    return {"id": it.name, "type": "organizations", "attributes": {"name": it.name, "external-id": "org-1"}}


def entitlements() -> Document:
    """The paid features of an organization."""
    has = ("operations", "state-storage", "sentinel", "teams", "vcs-integrations", "run-tasks", "policy-enforcement")
    return {"id": "org-1", "type": "entitlement-sets", "attributes": dict.fromkeys(has, True)}


def project(owner: Organization, name: str) -> Document:
    """A project."""
    return {"id": f"prj-{owner.projects.index(name) + 1:016d}", "type": "projects", "attributes": {"name": name}}


def workspace(owner: Organization, it: EmulatedWorkspace) -> Document:
    """A workspace, with the holder of its lock."""
    attributes = {
        "name": it.name,
        "execution-mode": it.execution_mode,
        "operations": it.execution_mode == "remote",
        "terraform-version": it.terraform_version,
        "working-directory": it.working_directory,
        "auto-apply": False,
        "allow-destroy-plan": True,
        "locked": bool(it.locked_by or it.current),
        "global-remote-state": False,
        "structured-run-output-enabled": it.structured,
        "tag-names": [],
        "vcs-repo": {"identifier": "acme/infrastructure", "branch": ""} if it.vcs else None,
        "permissions": {name: name not in it.denied for name in _PERMISSIONS},
        "actions": {"is-destroyable": True},
    }
    relationships: Document = {
        "organization": {"data": {"id": owner.name, "type": "organizations"}},
        "project": {"data": {"id": project(owner, it.project)["id"], "type": "projects"}},
    }
    if it.locked_by:
        relationships["locked-by"] = {"data": {"id": "user-1", "type": "users"}}
    elif it.current:
        relationships["locked-by"] = {"data": {"id": it.current.id, "type": "runs"}}
    if first := it.first:
        relationships["current-run"] = {"data": {"id": first.id, "type": "runs"}}
    return {"id": it.id, "type": "workspaces", "attributes": attributes, "relationships": relationships}


def user(name: str) -> Document:
    """A user."""
    return {"id": "user-1", "type": "users", "attributes": {"username": name}}


def run(it: Run) -> Document:
    """A run, and its possible actions."""
    waits = it.status in ("planned", "planned_and_saved", "policy_checked", "cost_estimated")
    may = dict.fromkeys(_RUN_PERMISSIONS, "can-queue-apply" not in it.workspace.denied)
    attributes = {
        **it.attributes,
        "status": it.status,
        "has-changes": it.has_changes,
        "source": "tfe-api",
        "refresh": it.attributes.get("refresh", True),
        "permissions": may,
        "position-in-queue": it.workspace.position(it),
        "actions": {
            "is-confirmable": waits and not it.has("plan-only"),
            "is-discardable": waits or it.status in ("pending", "policy_override"),
            "is-cancelable": it.status in ("pending", "planning", "applying"),
            "is-force-cancelable": it.status in ("planning", "applying"),
        },
    }
    checks = [{"id": f"polchk-{it.id}", "type": "policy-checks"}] if it.workspace.failing_policy else []
    return {
        "id": it.id,
        "type": "runs",
        "attributes": attributes,
        "relationships": {
            "plan": {"data": {"id": f"plan-{it.id}", "type": "plans"}},
            "apply": {"data": {"id": f"apply-{it.id}", "type": "applies"}},
            "workspace": {"data": {"id": it.workspace.id, "type": "workspaces"}},
            "configuration-version": {"data": {"id": it.configuration.id, "type": "configuration-versions"}},
            "policy-checks": {"data": checks},
            "task-stages": {"data": []},
        },
    }


def plan_or_apply(host: str, kind: str, it: Run, log: Log) -> Document:
    """A run's plan or apply, with the address of its log."""
    attributes = {
        "status": log.status,
        "has-changes": it.has_changes,
        "structured-run-output-enabled": it.workspace.structured,
        "log-read-url": f"{host}/logs/{kind}/{it.id}",
    }
    return {"id": f"{kind}-{it.id}", "type": "plans" if kind == "plan" else "applies", "attributes": attributes}


def policy_check(it: Run) -> Document:
    """The result of a check by Sentinel."""
    hard = it.workspace.failing_policy == "hard-mandatory"
    status = it.check or ("unreachable" if it.status in FINAL else "pending")
    result = {"hard-failed": int(hard), "soft-failed": int(not hard), "advisory-failed": 0, "passed": 0}
    return {
        "id": f"polchk-{it.id}",
        "type": "policy-checks",
        "attributes": {
            "status": status,
            "scope": "organization",
            "result": {**result, "total-failed": 1, "result": False, "duration": 1},
            "actions": {"is-overridable": not hard},
            "permissions": {"can-override": not hard},
        },
    }


def configuration(host: str, it: Configuration) -> Document:
    """A configuration, with the address to upload it to."""
    attributes = {
        "status": "uploaded" if it.content else "pending",
        "speculative": it.speculative,
        "auto-queue-runs": False,
        "upload-url": f"{host}/configurations/{it.id}",
    }
    return {"id": it.id, "type": "configuration-versions", "attributes": attributes}


def state(host: str, it: EmulatedWorkspace, number: int) -> Document:
    """One version of a state, with its address."""
    where = f"{host}/states/{it.id}/{number}"
    content = it.states[number]
    attributes = {
        "serial": json.loads(content)["serial"] if content else 0,
        "status": "finalized" if content else "pending",
        "hosted-state-download-url": where,
        "hosted-state-upload-url": where,
        "hosted-json-state-upload-url": f"{host}/ignored",
        "resources-processed": True,
    }
    return {"id": f"sv-{it.id.removeprefix('ws-')}-{number}", "type": "state-versions", "attributes": attributes}


def outputs(it: EmulatedWorkspace) -> list[Document]:
    """The outputs in the newest state."""
    found = json.loads(it.states[-1])["outputs"] if it.states else {}
    return [
        {
            "id": f"wsout-{name}",
            "type": "state-version-outputs",
            "attributes": {
                "name": name,
                "value": each["value"],
                "sensitive": each.get("sensitive", False),
                "type": each["type"] if isinstance(each["type"], str) else "array",
                "detailed-type": each["type"],
            },
        }
        for name, each in found.items()
    ]


def redacted_plan(whole: Mapping[str, Any], schemas: Mapping[str, Any]) -> Document:
    """Return a plan as a token sees it that may not administer the workspace, and as Terraform shows it to people.

    ``whole`` and ``schemas`` are the documents of ``terraform show -json`` and ``terraform providers schema -json``. The
    result has the changes and the schemas of their types, and no state.
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan
    """
    kept: Document = {name: whole[name] for name in _REDACTED_KEYS if name in whole}
    changes = [*kept.get("resource_changes", ()), *kept.get("resource_drift", ())]
    for name in ("resource_changes", "resource_drift"):
        if name in kept:
            kept[name] = [{**each, "change": _redacted(each["change"])} for each in kept[name]]
    outputs = kept.get("output_changes", {})
    return {
        "plan_format_version": whole["format_version"],
        "provider_format_version": schemas["format_version"],
        "provider_schemas": _select_schemas(schemas.get("provider_schemas", {}), {each["type"] for each in changes}),
        **kept,
        "output_changes": {name: _redacted(each) for name, each in outputs.items()},
    }


def _select_schemas(schemas: Mapping[str, Any], types: set[str]) -> Document:
    kinds = ("resource_schemas", "data_source_schemas")
    return {
        provider: {kind: {name: schema[kind][name] for name in types & set(schema.get(kind, ()))} for kind in kinds}
        for provider, schema in schemas.items()
    }


def _redacted(change: Document) -> Document:
    sides = [side for side in ("before", "after") if side in change]
    hidden: Document = {side: _without(change[side], change.get(f"{side}_sensitive")) for side in sides}
    return {**change, **hidden}


def _without(value: Any, sensitive: Any) -> Any:
    """Return ``value`` with ``None`` wherever ``sensitive``, of the same shape, is true."""
    if sensitive is True:
        return None
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {name: _without(each, sensitive.get(name)) for name, each in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list) and len(value) == len(sensitive):
        return [_without(*each) for each in zip(value, sensitive, strict=True)]
    return value
