"""Which policies and run tasks have stopped a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tealform.terraform.hcp.api import ApiClient, Document, NotFoundError, attributes

_STOPPED = ("failed", "errored")


def failed(api: ApiClient, run: str) -> list[str]:
    """The names of mandatory policies and tasks that have failed for the run with the id ``run``, each once.

    Empty if there are none, or the token may not see them.
    """
    found = [*_evaluated(api, run), *_checked(api, run)]
    return list(dict.fromkeys(found))


def _evaluated(api: ApiClient, run: str) -> Iterator[str]:
    """OPA's, Sentinel's by agents, and run tasks.

    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/policy-evaluations
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-task-stages-and-results
    """
    for stage in _all(api, f"runs/{run}/task-stages"):
        if attributes(stage).get("status") in ("passed", "pending", "running", "unreachable"):
            continue
        for result in _related(api, stage, "task-results"):
            said = attributes(result)
            if said.get("status") in _STOPPED and said.get("workspace-task-enforcement-level") != "advisory":
                yield f"{said.get('task-name')} (run task)"
        for evaluation in _all(api, f"task-stages/{stage['id']}/policy-evaluations"):
            for outcome in _all(api, f"policy-evaluations/{evaluation['id']}/policy-set-outcomes"):
                yield from _outcomes(outcome)


def _outcomes(policy_set: Document) -> Iterator[str]:
    said = attributes(policy_set)
    for each in said.get("outcomes") or ():
        if each.get("status") in _STOPPED and each.get("enforcement_level") != "advisory":
            yield str(each.get("policy_name"))
    if said.get("error"):
        yield f"{said.get('policy-set-name')} (error: {said['error']})"


def _checked(api: ApiClient, run: str) -> Iterator[str]:
    """Sentinel's older way. https://developer.hashicorp.com/terraform/cloud-docs/api-docs/policy-checks"""
    for check in _all(api, f"runs/{run}/policy-checks"):
        said = attributes(check)
        if said.get("status") not in ("hard_failed", "soft_failed", "errored"):
            continue
        named = list(_named((said.get("result") or {}).get("sentinel")))
        yield from named or [f"a policy of the {said.get('scope', 'organization')}"]


def _named(value: Any) -> Iterator[str]:
    """Policies that did not let pass, wherever they are in what Sentinel says, whose structure is not documented."""
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
    elif isinstance(value, dict):
        policy = value.get("policy")
        if isinstance(policy, dict | str) and value.get("result") is False:
            level = policy.get("enforcement-level") if isinstance(policy, dict) else value.get("enforcement-level")
            if level != "advisory":
                yield str(policy.get("name") if isinstance(policy, dict) else policy)
            return
        for each in value.values():
            yield from _named(each)


def _all(api: ApiClient, path: str) -> list[Document]:
    """A list of the API; its first hundred."""
    try:
        return [each for each in api.get(path, **{"page[size]": "100"}).get("data") or () if isinstance(each, dict)]
    except NotFoundError:
        return []


def _related(api: ApiClient, resource: Document, name: str) -> Iterator[Document]:
    for each in ((resource.get("relationships") or {}).get(name) or {}).get("data") or ():
        try:
            yield api.get(f"{name}/{each['id']}")["data"]
        except NotFoundError:
            continue
