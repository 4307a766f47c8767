"""From the environments' folders to their generated Terraform."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from modules.aws import App
from modules.service import programs
from modules.settings.load import GENERATED, Settings
from modules.stack import EnvironmentStack


def synthesize(environments: list[Settings], folder: Path) -> dict[str, str]:
    """The Terraform JSON of each environment, by name. ``folder`` gets CDKTF's own output."""
    app = App(outdir=str(folder))
    for settings in environments:
        EnvironmentStack(app, settings)
    app.synth()
    for settings in environments:
        for program in programs.needed(settings.environment):
            (folder / "stacks" / settings.name / program.archive).write_bytes(program.content)
    return {settings.name: _canonical(folder / "stacks" / settings.name / GENERATED) for settings in environments}


def _canonical(file: Path) -> str:
    """The same text for the same content: sorted keys, two spaces, a line break at the end."""
    return json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def land(content: bytes, file: Path) -> bool:
    """Puts ``content`` into ``file``: whole or not at all, and not when it is there already. Whether it was written.

    Raises ``OSError`` when it cannot be; then ``file`` is as it was.
    """
    if file.is_file() and file.read_bytes() == content:
        return False
    handle, scratch = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp's file is for its owner alone; a generated file is like any other in the repository.
        Path(scratch).chmod(0o644)
        Path(scratch).replace(file)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return True
