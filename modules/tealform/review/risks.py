"""What a reviewer should look at: each risk of a pull request in a line, and its new waivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tealform.plan.rules import data_loss
from tealform.policy import waivers
from tealform.policy.reports import formatting
from tealform.policy.waivers import Waiver
from tealform.review.environment_diff import Compared
from tealform.review.resource_diff import ResourceChange
from tealform.synth.terraform_json import blocks

_ACTIONS = {"added": "create", "changed": "update", "removed": "delete"}
_SWITCHES = ("force_destroy", "force_delete")
# What decides what is generated, what is found, and who reviews it.
_CHECKS = ("harness", "modules", "main.py", "Makefile", "requirements", "pyproject.toml", ".github", ".ci")


def find_risks(compared: Compared) -> Iterator[str]:
    """Yield what is risky about the changes of one environment, without its waivers."""
    if compared.fate == "removed":
        yield f"is removed, and its resources stay in AWS; before you merge this, run: tealform destroy {compared.name}"
    if compared.fate == "renamed":
        yield f"was called {compared.was}; to Terraform it is new: move the state, or all is made a second time"
    if compared.unprotected:
        yield "is no longer protected: the commands ask for no name before they apply or destroy"
    if compared.fate == "kept":
        yield from _settings(compared)
        yield from _resources(compared.changes)


def find_changed_checks(files: Iterable[str]) -> Iterator[str]:
    """Yield a warning if a pull request changes its own checks; ``files`` are all that it changes."""
    found = Counter(top for file in files if (top := _changed_check(file)))
    if found:
        named = ", ".join(f"{name} ({formatting.many(number, 'file')})" for name, number in sorted(found.items()))
        yield f"what generates and judges is changed itself, and has judged with these changes: {named}"


def _changed_check(file: str) -> str:
    top, *rest = file.split("/")
    # make or Python may find it before the right one: a ``GNUmakefile``, or a ``json.py`` next to ``main.py``.
    is_run = rest[0].startswith("__init__.") if rest else top.lower().endswith(("makefile", ".py", ".pyc", ".so"))
    return (f"{top}/{rest[0]}" if len(rest) > 1 else top) if top in _CHECKS or is_run else ""


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
    """Return an argument's values in all configurations of the provider."""
    found = [
        each.get(argument) for providers in blocks(document.get("provider")) for each in blocks(providers.get("aws"))
    ]
    values = [value for each in found for value in (each if isinstance(each, list) else [each])]
    return ", ".join(dict.fromkeys(map(str, values)))


def _resources(changes: Iterable[ResourceChange]) -> Iterator[str]:
    managed = [change for change in changes if change.type]
    # What the plan guard blocks, as far as the generated Terraform shows it.
    blockers = sorted(set(data_loss.find_blockers({"resource_changes": [_planned(change) for change in managed]})))
    for change in managed:
        reasons = [blocker.reason for blocker in blockers if blocker.address == change.address]
        yield from (f"{change.path}: {reason}" for reason in (*reasons, *_lifted(change)))


def _planned(change: ResourceChange) -> dict[str, Any]:
    before, after = (_as_plan(each) for each in (change.before, change.after))
    return {
        "address": change.address,
        "type": change.type,
        "change": {"actions": [_ACTIONS[change.action]], "before": before, "after": after},
    }


def _as_plan(body: Mapping[str, Any]) -> dict[str, Any]:
    """In a plan a block is always a list."""
    return {key: [value] if isinstance(value, dict) else value for key, value in body.items()}


def _lifted(change: ResourceChange) -> Iterator[str]:
    if change.action != "changed":
        return
    if _prevents(change.before) and not _prevents(change.after):
        yield "Terraform no longer refuses to destroy it (prevent_destroy)"
    # For a service it only means that ECS does not scale its tasks down first.
    for switch in _SWITCHES if change.type != "aws_ecs_service" else ():
        if change.after.get(switch) is True and change.before.get(switch) is not True:
            yield f"a destroy would take along what is in it ({switch})"


def _prevents(body: Mapping[str, Any]) -> bool:
    return any(each.get("prevent_destroy") is True for each in blocks(body.get("lifecycle")))


def find_new_waivers(before: tuple[Path, Path] | None, after: tuple[Path, Path], today: date) -> Iterator[str]:
    """Yield each waiver that is new, longer or different, with its reason and owner.

    ``before`` and ``after`` are a project and the folder in it. Without ``before`` all waivers are new.
    """
    old = _waivers(*before, today) if before else {}
    for key, waiver in _waivers(*after, today).items():
        if verb := _verb(old.get(key), waiver):
            yield (
                f"waiver of {waiver.check} on {waiver.resource} {verb}, until {waiver.until}; "
                f"{waiver.owner} says: {waiver.reason}"
            )


def _verb(old: Waiver | None, new: Waiver) -> str:
    if old is None:
        return "is new"
    if new.until > old.until:
        return f"is prolonged from {old.until}"
    return "has another reason or owner" if (old.reason, old.owner) != (new.reason, new.owner) else ""


def _waivers(root: Path, folder: Path, today: date) -> Mapping[tuple[str, str], Waiver]:
    """Return the valid waivers. The policy gate reports the others."""
    read, _ = waivers.read_waivers(root, folder, today)
    return {(waiver.check, waiver.resource): waiver for waiver in read}
