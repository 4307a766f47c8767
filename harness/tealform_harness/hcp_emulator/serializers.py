"""How things look in the API: https://developer.hashicorp.com/terraform/cloud-docs/api-docs"""

from __future__ import annotations

import json
from typing import Any

from tealform_harness.hcp_emulator.models import FINAL, Configuration, EmulatedWorkspace, Log, Organization, Run

Document = dict[str, Any]

_MAY = [
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
_RUN_MAY = [
    "can-apply",
    "can-cancel",
    "can-discard",
    "can-force-execute",
    "can-force-cancel",
    "can-override-policy-check",
]


def organization(of: Organization) -> Document:
    """An organization."""
    return {"id": of.name, "type": "organizations", "attributes": {"name": of.name, "external-id": "org-1"}}


def entitlements() -> Document:
    """What an organization has paid for."""
    has = ("operations", "state-storage", "sentinel", "teams", "vcs-integrations", "run-tasks", "policy-enforcement")
    return {"id": "org-1", "type": "entitlement-sets", "attributes": dict.fromkeys(has, True)}


def project(of: Organization, name: str) -> Document:
    """A project."""
    return {"id": f"prj-{of.projects.index(name) + 1:016d}", "type": "projects", "attributes": {"name": name}}


def workspace(of: Organization, it: EmulatedWorkspace) -> Document:
    """A workspace; who holds it is named if somebody does."""
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
        "permissions": {name: name not in it.denied for name in _MAY},
        "actions": {"is-destroyable": True},
    }
    relationships: Document = {
        "organization": {"data": {"id": of.name, "type": "organizations"}},
        "project": {"data": {"id": project(of, it.project)["id"], "type": "projects"}},
    }
    if it.locked_by:
        relationships["locked-by"] = {"data": {"id": "user-1", "type": "users"}}
    elif it.current:
        relationships["locked-by"] = {"data": {"id": it.current.id, "type": "runs"}}
    if first := it.first:
        relationships["current-run"] = {"data": {"id": first.id, "type": "runs"}}
    return {"id": it.id, "type": "workspaces", "attributes": attributes, "relationships": relationships}


def user(name: str) -> Document:
    """Somebody."""
    return {"id": "user-1", "type": "users", "attributes": {"username": name}}


def run(it: Run) -> Document:
    """A run, and what may be done with it."""
    waits = it.status in ("planned", "planned_and_saved", "policy_checked", "cost_estimated")
    may = dict.fromkeys(_RUN_MAY, "can-queue-apply" not in it.workspace.denied)
    attributes = {
        **it.attributes,
        "status": it.status,
        "has-changes": it.has_changes,
        "source": "tfe-api",
        "refresh": it.attributes.get("refresh", True),
        "permissions": may,
        "position-in-queue": it.workspace.position(it),
        "actions": {
            "is-confirmable": waits and not it.asked("plan-only"),
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
    """A run's plan or apply: where its log is read from."""
    attributes = {
        "status": log.status,
        "has-changes": it.has_changes,
        "structured-run-output-enabled": it.workspace.structured,
        "log-read-url": f"{host}/logs/{kind}/{it.id}",
    }
    return {"id": f"{kind}-{it.id}", "type": "plans" if kind == "plan" else "applies", "attributes": attributes}


def policy_check(it: Run) -> Document:
    """The outcome of a check by Sentinel."""
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
    """A configuration, and where to upload it to."""
    attributes = {
        "status": "uploaded" if it.content else "pending",
        "speculative": it.speculative,
        "auto-queue-runs": False,
        "upload-url": f"{host}/configurations/{it.id}",
    }
    return {"id": it.id, "type": "configuration-versions", "attributes": attributes}


def state(host: str, it: EmulatedWorkspace, number: int) -> Document:
    """One version of a state, and where it is."""
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
