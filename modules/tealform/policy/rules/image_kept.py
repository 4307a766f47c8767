"""An image stays for as long as a task may be started from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tealform.policy import pipelines
from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, items, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_FEWEST = 10
"""The least that ``build.keep_images`` takes."""

_WHERE = "ECR_REPOSITORY_URI"
"""The variable that tells a build where its images are."""


@dataclass(frozen=True)
class _Expiry:
    """Which images expire, and beyond which number of what."""

    status: str
    counted: str
    beyond: int
    prefixes: tuple[str, ...] = ()


def _judge(repository: Resource, environment: Environment) -> Iterator[str]:
    policies = [
        each for each in environment.resources("aws_ecr_lifecycle_policy") if _is_of(each, repository, environment)
    ]
    if len(policies) != 1:
        yield f"has {len(policies) or 'no'} lifecycle policies, where one is meant"
    for policy in policies:
        if not any(_expiries(policy.body.get("policy"), environment)):
            yield f"{policy.address} says nothing of what expires that can be read here"
    expiries = [expiry for each in policies for expiry in _expiries(each.body.get("policy"), environment)]
    for expiry in expiries:
        yield from _too_early(expiry)
    if _handed_over(repository, environment) and not any(each.prefixes for each in expiries):
        yield "other environments take its images over, and nothing keeps those longer than the newest builds"


def _is_of(policy: Resource, repository: Resource, environment: Environment) -> bool:
    named = policy.body.get("repository")
    return repository in environment.referred(named) or named == repository.body.get("name")


def _too_early(expiry: _Expiry) -> Iterator[str]:
    if expiry.status == "untagged":
        return
    if expiry.counted != "imageCountMoreThan":
        yield f"images expire {expiry.beyond} days after they were pushed, also the one that runs"
    elif expiry.beyond < _FEWEST:
        yield f"keeps {expiry.beyond} images, where {_FEWEST} are the fewest"


def _expiries(policy: Any, environment: Environment) -> Iterator[_Expiry]:
    """Those of a document, or of a text in ECR's words."""
    for document in environment.referred(policy):
        for rule in blocks(document.body.get("rule")):
            for each in blocks(rule.get("selection")):
                yield _expiry(each, "tag_status", "count_type", "count_number", "tag_prefix_list")
    if not environment.referred(policy):
        for rule in blocks(at(_parsed(str(policy)), "rules")):
            for each in blocks(rule.get("selection")):
                yield _expiry(each, "tagStatus", "countType", "countNumber", "tagPrefixList")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _expiry(selection: dict[str, Any], status: str, counted: str, beyond: str, prefixes: str) -> _Expiry:
    return _Expiry(
        str(selection.get(status)),
        str(selection.get(counted)),
        number(selection.get(beyond)) or 0,
        tuple(items(selection.get(prefixes))),
    )


def _handed_over(repository: Resource, environment: Environment) -> bool:
    """Whether a pipeline that hands releases over builds them into it."""
    return any(
        repository
        in environment.referred([each for each in pipelines.variables(project) if each.get("name") == _WHERE])
        for pipeline in environment.resources("aws_codepipeline")
        if any(action.hands_over for action in pipelines.actions(pipeline))
        for action in pipelines.actions(pipeline)
        for project in pipelines.projects(action, environment)
    )


CHECK = Check(
    Rule(
        id="TEAL_IMAGE_KEPT",
        severity="high",
        title="Images expire by their number, and not while a release may need them",
        why="A service that was not released for a while cannot start a task any more, nor roll back: its image is gone",
        fix="Let tagged images expire by count alone, and keep those apart that other environments took over",
        link="https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
        setting="service.<name>.build.keep_images",
    ),
    types=("aws_ecr_repository",),
    judge=_judge,
)
