"""The good environments that mutants are made of: the shipped ones, and production as ECS itself would release it."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.policy import scanner
from tealform.policy.environment import Environment
from tealform.synth import environments

BY_ECS = "prod-ecs"
"""Production, with the engine ``ecs`` for all its services: none of the shipped environments has it."""

_OF = "prod"
_RELEASE = re.compile(r"^ *release \{$", re.MULTILINE)


def read(root: Path, name: str) -> Environment:
    """The environment ``name`` of the project in ``root``, or ``BY_ECS`` made of its prod.

    Raises ``TealformError`` for an environment that is not there or not generated, ``SettingsError`` for one that cannot be.
    """
    if name == BY_ECS:
        return scanner.load_environment(root, _OF, _released_by_ecs(root))
    return scanner.load_environment(root, name, environments.load_document(environments.find_folder(root, name)))


def _released_by_ecs(root: Path) -> dict[str, Any]:
    # Here, because CDKTF takes a moment to load.
    from tealform.settings.loader import FILE, load
    from tealform.synth.synthesis import synthesize

    environments.find_folder(root, _OF)
    with tempfile.TemporaryDirectory() as scratch:
        copies = Path(scratch, "environments")
        shutil.copytree(root / "environments", copies, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        file = copies / _OF / FILE
        text, changed = _RELEASE.subn('\\g<0>\n    engine = "ecs"', file.read_text(encoding="utf-8"))
        if not changed:
            raise TealformError(f"environments/{_OF}/{FILE}: has no release block that could get another engine")
        file.write_text(text, encoding="utf-8")
        (written,) = synthesize([load(copies, _OF)], Path(scratch, "out")).values()
    document: dict[str, Any] = json.loads(written)
    return document
