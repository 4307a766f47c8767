"""What was written by hand beside an environment's generated Terraform."""

from __future__ import annotations

import re
from pathlib import Path

from harness.policy import scannable

_RESOURCE = re.compile(r'^[ \t]*(?:resource|(data))[ \t]+"([\w-]+)"[ \t]+"([\w-]+)"', re.MULTILINE)
_MODULE = re.compile(r'^[ \t]*module[ \t]+"([\w-]+)"', re.MULTILINE)


def has(folder: Path, address: str) -> bool:
    """Whether ``address`` is of something in the files ``*.tf`` of ``folder``, or of a module that they call.

    What stands in a comment there counts too, and what is in the called module is not looked up.
    """
    own = scannable.base(address)
    return any(own in found or own.startswith(called) for found, called in map(_declared, folder.glob("*.tf")))


def _declared(file: Path) -> tuple[set[str], tuple[str, ...]]:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    resources = {f"{'data.' if data else ''}{kind}.{name}" for data, kind, name in _RESOURCE.findall(text)}
    return resources, tuple(f"module.{name}{end}" for name in _MODULE.findall(text) for end in (".", "["))
