"""Events that AWS documents, as they would be of an environment of ours, and whether a pattern takes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.events.models import EventPattern

from tests.inventory import ROOT
from tests.unit.pipeline.events import unknown

EVENTS = ROOT / "tests" / "events"

_OURS = {
    "us-east-1": "eu-west-1",
    "us-west-2": "eu-west-1",
    "111122223333": "123456789012",
    "default/servicetest": "shop-test/shop-test-web",
    "cluster/default": "cluster/shop-test",
    "myApplication": "shop-test-web",
    "myDeploymentGroup": "shop-test-web",
    "ServerCpuTooHigh": "shop-test-web-blue-unhealthy",
}


def recorded(name: str, changes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The event in ``tests/events/<name>.json`` with our names for AWS's, and then with other words for those of ``changes``."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    for theirs, ours in _OURS.items():
        text = text.replace(theirs, ours)
    for before, after in (changes or {}).items():
        assert before in text, f"{before} is not in {name}"
        text = text.replace(before, after)
    event: dict[str, Any] = json.loads(text)
    return event


def takes(pattern: str, event: Any) -> bool:
    """Whether EventBridge would take the event. An operator that the matcher does not know would count as a match."""
    assert list(unknown(json.loads(pattern))) == []
    return bool(EventPattern.load(pattern).matches_event(event))


def told(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """What an input transformer makes of an event: text, or the description of what a chat shows."""
    values = {name: _at(event, path) for name, path in transformer["input_paths"].items()}
    text = re.sub(r"<(\w+)>", lambda found: values[found[1]], transformer["input_template"])
    made = json.loads(text)
    if isinstance(made, str):
        return made
    assert (made["version"], made["source"], made["content"]["textType"]) == ("1.0", "custom", "client-markdown")
    return f"{made['content']['title']}: {made['content']['description']}"


def _at(event: dict[str, Any], path: str) -> str:
    found: Any = event
    for key in path.removeprefix("$.").split("."):
        found = found[key]
    assert isinstance(found, str)
    return found
