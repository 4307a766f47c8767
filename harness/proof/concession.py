"""What has to be left out for a provider that is older than the bindings."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from harness.diagnostics import Diagnostic
from harness.workspace import Workspace
from modules.settings.load import GENERATED

# Terraform's words in JSON: «No argument or block type is named "…"»; for blocks, «Blocks of type "…" are not expected».
_UNKNOWN = re.compile(r'(?:No argument or block type is named|Blocks of type|An argument named) "(?P<name>\w+)"')
_ROUNDS = 10


def leave_out(work: Workspace, version: str) -> list[str]:
    """Takes out of the workspace's JSON what the provider of that ``version`` does not know; a line for each name.

    To be asked only once the schema of the pinned version has taken the JSON: then whatever an older provider does
    not know is newer, not wrong.
    """
    left_out: Counter[str] = Counter()
    for _ in range(_ROUNDS):
        unknown = list(_unknown(work.validate().diagnostics))
        if not unknown:
            break
        document = json.loads((work.folder / GENERATED).read_text(encoding="utf-8"))
        for address, name in unknown:
            left_out[f"{address.rpartition('.')[0]}.{name}"] += _remove(_body(document, address), name)
        (work.folder / GENERATED).write_text(json.dumps(document), encoding="utf-8")
    return [f"left out of {count}, because {version} lacks it: {name}" for name, count in left_out.items()]


def _unknown(complaints: tuple[Diagnostic, ...]) -> Iterator[tuple[str, str]]:
    for complaint in complaints:
        found = _UNKNOWN.search(complaint.detail)
        if complaint.address and found:
            yield complaint.address, found["name"]


def _body(document: dict[str, Any], address: str) -> object:
    kind, name = address.removeprefix("data.").split(".")
    return document["data" if address.startswith("data.") else "resource"][kind][name]


def _remove(value: object, name: str) -> int:
    """Removes the entries called ``name`` wherever they stand below ``value``; how many there were."""
    if isinstance(value, list):
        return sum(_remove(each, name) for each in value)
    if not isinstance(value, dict):
        return 0
    there = int(value.pop(name, None) is not None)
    return there + sum(_remove(each, name) for each in value.values())
