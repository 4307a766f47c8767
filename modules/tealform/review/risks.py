"""What a reviewer should look at: each says in a line what a pull request takes a risk with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tealform.plan.rules import data_loss
from tealform.policy.reports import formatting
from tealform.review.environment_diff import Compared
from tealform.review.resource_diff import Change
from tealform.synth.terraform_json import blocks

_ACTIONS = {"added": "create", "changed": "update", "removed": "delete"}
_GUARD = (data_loss.find_blockers, data_loss.find_blockers, data_loss.find_blockers)
_SWITCHES = ("force_destroy", "force_delete")
# What decides what is generated, what is found, and who looks at it.
_JUDGES = ("harness", "modules", "main.py", "Makefile", "requirements", "pyproject.toml", ".github", ".ci")


def of(compared: Compared) -> Iterator[str]:
    """What is risky about the changes of one environment, but for its waivers."""
    yield from _fate(compared)
    if compared.unprotected:
        yield "is no longer protected: the commands ask for no name before they apply or destroy"
    if compared.fate == "kept":
        yield from _settings(compared)
        yield from _resources(compared.changes)


def judges(files: Iterable[str]) -> Iterator[str]:
    """That what judges a pull request is changed by it; ``files`` are all that it changes."""
    found = Counter(top for file in files if (top := _judge(file)))
    if found:
        named = ", ".join(f"{name} ({formatting.many(number, 'file')})" for name, number in sorted(found.items()))
        yield f"what generates and judges is changed itself, and has judged with these changes: {named}"


def _judge(file: str) -> str:
    top, *rest = file.split("/")
    return (f"{top}/{rest[0]}" if len(rest) > 1 else top) if top in _JUDGES or _is_run(top, rest) else ""


def _is_run(top: str, rest: list[str]) -> bool:
    """Whether make or Python finds it before what is meant: a ``GNUmakefile``, or a ``json.py`` beside ``main.py``."""
    return rest[0].startswith("__init__.") if rest else top.lower().endswith(("makefile", ".py", ".pyc", ".so"))


def _fate(compared: Compared) -> Iterator[str]:
    if compared.fate == "removed":
        yield "is removed; what it has made stays in AWS and is nobody's: run make destroy before this is merged"
    if compared.fate == "renamed":
        yield f"was called {compared.was}; to Terraform it is new: move the state, or all is made a second time"


def _settings(compared: Compared) -> Iterator[str]:
    before, after = compared.before or {}, compared.after or {}
    if _state(before) != _state(after):
        yield "its state is looked for elsewhere: move it first, or all is made a second time"
    for argument, thing in (("allowed_account_ids", "account"), ("region", "region")):
        old, new = (_provider(each, argument) for each in (before, after))
        if old != new:
            yield f"goes to another {thing}: {old} -> {new}"


def _state(document: Mapping[str, Any]) -> list[Any]:
    return [[each.get("backend"), each.get("cloud")] for each in blocks(document.get("terraform"))]


def _provider(document: Mapping[str, Any], argument: str) -> str:
    """What all configurations of the provider say of an argument."""
    found = [
        each.get(argument) for providers in blocks(document.get("provider")) for each in blocks(providers.get("aws"))
    ]
    values = [value for each in found for value in (each if isinstance(each, list) else [each])]
    return ", ".join(dict.fromkeys(map(str, values)))


def _resources(changes: Iterable[Change]) -> Iterator[str]:
    managed = [change for change in changes if change.type]
    objections = _objections(managed)
    for change in managed:
        reasons = [reason for address, reason in objections if address == change.address]
        yield from (f"{change.path}: {reason}" for reason in (*reasons, *_lifted(change)))


def _objections(changes: list[Change]) -> list[tuple[str, str]]:
    """What the plan guard has against it, as far as that can be told from what is written down."""
    plan = {"resource_changes": [_planned(change) for change in changes]}
    rules: tuple[Callable[[Mapping[str, Any]], Iterator[Any]], ...] = _GUARD
    return sorted({(found.address, found.reason) for rule in rules for found in rule(plan)})


def _planned(change: Change) -> dict[str, Any]:
    before, after = (_as_plan(each) for each in (change.before, change.after))
    return {
        "address": change.address,
        "type": change.type,
        "change": {"actions": [_ACTIONS[change.action]], "before": before, "after": after},
    }


def _as_plan(body: Mapping[str, Any]) -> dict[str, Any]:
    """In a plan a block is a list, be there one or many."""
    return {key: [value] if isinstance(value, dict) else value for key, value in body.items()}


def _lifted(change: Change) -> Iterator[str]:
    if change.action != "changed":
        return
    if _prevents(change.before) and not _prevents(change.after):
        yield "Terraform no longer refuses to destroy it (prevent_destroy)"
    # Of a service it only means that its tasks are not counted down first.
    for switch in _SWITCHES if change.type != "aws_ecs_service" else ():
        if change.after.get(switch) is True and change.before.get(switch) is not True:
            yield f"a destroy would take along what is in it ({switch})"


def _prevents(body: Mapping[str, Any]) -> bool:
    return any(each.get("prevent_destroy") is True for each in blocks(body.get("lifecycle")))
