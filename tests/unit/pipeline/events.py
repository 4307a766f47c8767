"""Events as AWS documents them, and whether a rule takes them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.events.models import EventPattern

from tests.inventory import ROOT

ACCOUNT, REGION = "123456789012", "eu-west-1"
BUCKET = f"shop-test-web-source-{ACCOUNT}"
Json = dict[str, Any]

_FOLDER = ROOT / "tests" / "events"

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
_OPERATORS = {"prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but", "exists", "numeric", "cidr"}


def documented(name: str) -> Json:
    """The event in ``tests/events/<name>.json``."""
    event: Json = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return event


def changed(event: Json, changes: Mapping[str, object]) -> Json:
    """The event with other values at some places (``detail.object.key``) that must be there."""
    other = copy.deepcopy(event)
    for path, value in changes.items():
        *way, last = path.split(".")
        inner = other
        for part in way:
            inner = inner[part]
        assert last in inner, path
        inner[last] = value
    return other


def codecommit(name: str, repository: str = "shop-test-web", branch: str = "main") -> Json:
    """A documented event, with a repository and a branch (or a tag) of ours put in."""
    event = documented(f"codecommit/{name}")
    kind = {"branch": "heads", "tag": "tags"}[event["detail"]["referenceType"]]
    return changed(
        event,
        {
            "region": REGION,
            "resources": [f"arn:aws:codecommit:{REGION}:{ACCOUNT}:{repository}"],
            "detail.repositoryName": repository,
            "detail.referenceName": branch,
            "detail.referenceFullName": f"refs/{kind}/{branch}",
        },
    )


def s3(name: str, bucket: str = BUCKET, key: str = "source.zip") -> Json:
    """A documented event, with a bucket and a key of ours put in."""
    names = {"resources": [f"arn:aws:s3:::{bucket}"], "detail.bucket.name": bucket, "detail.object.key": key}
    return changed(documented(f"s3/{name}"), {"account": ACCOUNT, "region": REGION, **names})


def matches(pattern: str, event: Json) -> bool:
    """Whether EventBridge would take ``event`` for ``pattern``; raises ``ValueError`` for what is no pattern.

    moto takes an operator that it does not know for one that everything fits, and looks for an object in a list in vain.
    """
    content = json.loads(pattern)
    wrong = [*unknown(content), *_lists_of_objects(event)]
    if wrong:
        raise ValueError(", ".join(wrong))
    return EventPattern.load(pattern).matches_event(event)  # type: ignore[arg-type]


def unknown(node: Any, inside_list: bool = False) -> Iterator[str]:
    """What in a pattern looks like an operator and is none."""
    if isinstance(node, list):
        for each in node:
            yield from unknown(each, inside_list=True)
    elif isinstance(node, dict) and inside_list:
        if len(node) != 1 or not node.keys() <= _OPERATORS:
            yield f"no operator: {node}"
    elif isinstance(node, dict):
        for each in node.values():
            yield from unknown(each)


def _lists_of_objects(node: Any) -> Iterator[str]:
    if isinstance(node, list) and any(isinstance(each, dict) for each in node):
        yield f"moto does not look into {node}"
    for each in node.values() if isinstance(node, dict) else ():
        yield from _lists_of_objects(each)
