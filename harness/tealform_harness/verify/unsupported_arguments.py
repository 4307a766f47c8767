"""What has to be left out for a provider that is older than the bindings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tealform.settings.loader import GENERATED
from tealform.synth import terraform_json
from tealform.terraform.diagnostics import Diagnostic
from tealform.terraform.scratch_module import ScratchModule
from tealform_harness.verify import ecs_backfill

# Terraform's words in JSON: «No argument or block type is named "…"»; for blocks, «Blocks of type "…" are not expected».
_UNKNOWN = re.compile(r'(?:No argument or block type is named|Blocks of type|An argument named) "(?P<name>\w+)"')
_ROUNDS = 10

# Blue/green that is built into ECS: https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md, 6.4.0
_BLUE_GREEN = {("aws_ecs_service", "deployment_configuration"), ("aws_ecs_service", "advanced_configuration")}


class Concession:
    """Knows what the provider of a ``version`` lacks, once it has learnt it."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._lacking: dict[tuple[str, str], int] = {}

    @property
    def notes(self) -> list[str]:
        """A line for each argument that was left out."""
        return [
            f"left out of {count}, because {self._version} lacks it: {kind}.{name}"
            for (kind, name), count in self._lacking.items()
        ]

    @property
    def lacks_blue_green(self) -> bool:
        """Whether ECS's blue/green was left out: somebody else must say it to ECS."""
        return not _BLUE_GREEN.isdisjoint(self._lacking)

    def learn(self, work: ScratchModule) -> None:
        """Takes out of the workspace's Terraform what the provider refuses as unknown, and remembers it.

        To be asked only once the schema of the pinned version has taken it: then whatever an older provider does not
        know is newer, not wrong.
        """
        for _ in range(_ROUNDS):
            unknown = set(_unknown(work.validate().diagnostics))
            if not unknown:
                return
            if unknown & _BLUE_GREEN:
                unknown |= _BLUE_GREEN
            self._lacking |= dict.fromkeys(unknown, 0)
            self.make(work.folder)

    def make(self, folder: Path) -> None:
        """Takes what is known to be lacking out of the generated Terraform in ``folder``."""
        document = json.loads((folder / GENERATED).read_text(encoding="utf-8"))
        if self.lacks_blue_green:
            ecs_backfill.keep(document)
        for resource in terraform_json.resources(document):
            for kind, name in self._lacking:
                if kind == resource.address.rpartition(".")[0]:
                    self._lacking[kind, name] += _remove(resource.body, name)
        (folder / GENERATED).write_text(json.dumps(document), encoding="utf-8")


def _unknown(complaints: tuple[Diagnostic, ...]) -> Iterator[tuple[str, str]]:
    """The type of resource and the argument of each complaint about something unknown."""
    for complaint in complaints:
        found = _UNKNOWN.search(complaint.detail)
        if complaint.address and found:
            yield complaint.address.rpartition(".")[0], found["name"]


def _remove(value: Any, name: str) -> int:
    """Removes the entries called ``name`` wherever they stand below ``value``; how many there were."""
    if isinstance(value, list):
        return sum(_remove(each, name) for each in value)
    if not isinstance(value, dict):
        return 0
    there = int(value.pop(name, None) is not None)
    return there + sum(_remove(each, name) for each in value.values())
