"""Images in ECR that would expire which do not yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tealform.plan import changes
from tealform.plan.blocker import Objection
from tealform.plan.changes import Change

_SELECTS = ("tagStatus", "tagPrefixList", "tagPatternList", "storageClass", "countType", "countUnit")
_WITHIN = "images that expire are gone within 24 hours"
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/lp_creation.html"""


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to lifecycle policies by which more images expire than before.

    Terraform replaces a policy whenever it changes, and a repository without one loses nothing. What rules mean:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """
    changed = changes.of(plan)
    new = {
        each.after.get("name")
        for each in changed
        if each.type == "aws_ecr_repository" and each.action in ("create", "replace")
    }
    for change in changed:
        if change.type == "aws_ecr_lifecycle_policy" and change.action in ("create", "update", "replace"):
            # A repository whose name is not known yet does not exist yet.
            if change.after.get("repository") in {None, *new}:
                continue
            try:
                more = "; ".join(_more(change))
            except (AttributeError, KeyError, TypeError, ValueError):
                more = "what expires cannot be read from the policy"
            if more:
                yield Objection(change.address, f"{more}; {_WITHIN}")


def _more(change: Change) -> Iterator[str]:
    if "policy" not in change.after:
        yield "what expires is not known before the apply"
        return
    before, after = (_expiring(side.get("policy")) for side in (change.before, change.after))
    counts = {_selection(rule): rule["selection"]["countNumber"] for rule in before}
    for rule in after:
        old, new = counts.get(_selection(rule)), rule["selection"]["countNumber"]
        if old is None:
            yield f"rule {_called(rule)} is new: it keeps {_kept(rule)}"
        elif new < old:
            yield f"rule {_called(rule)} keeps {_kept(rule)} instead of {old}"
    yield from _no_longer_shielded(before, after)


def _no_longer_shielded(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """An image that a rule selects is left alone by all later ones. Without it they may take what it kept."""
    left = [_selection(rule) for rule in after]
    for position, rule in enumerate(before):
        later = {_selection(each) for each in before[position + 1 :]}
        mine = _selection(rule)
        if later & set(left[: left.index(mine)] if mine in left else left):
            yield f"rule {_called(rule)} no longer keeps its images from the rules after it"


def _expiring(policy: str | None) -> list[dict[str, Any]]:
    """The rules by which images expire, in their order; those that archive keep them."""
    rules = json.loads(policy or "{}").get("rules", [])
    return sorted(
        (each for each in rules if each["action"]["type"] == "expire"), key=lambda each: int(each["rulePriority"])
    )


def _selection(rule: Mapping[str, Any]) -> str:
    """Which images a rule is about and how it counts them, to be compared."""
    return json.dumps([rule["selection"].get(key) for key in _SELECTS])


def _kept(rule: Mapping[str, Any]) -> str:
    selection = rule["selection"]
    if selection["countType"] == "imageCountMoreThan":
        return f"{selection['countNumber']} images"
    return f"images for {selection['countNumber']} days"


def _called(rule: Mapping[str, Any]) -> str:
    return f"{rule['rulePriority']} ({rule.get('description') or 'without a description'})"
