"""From the environments' folders to their generated Terraform."""

from __future__ import annotations

import json
from pathlib import Path

from tealform.aws import App
from tealform.service import lambda_packages
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth.stack import EnvironmentStack


def synthesize(environments: list[LoadedEnvironment], folder: Path) -> dict[str, str]:
    """The Terraform JSON of each environment, by name. ``folder`` gets CDKTF's own output."""
    app = App(outdir=str(folder))
    for settings in environments:
        EnvironmentStack(app, settings)
    app.synth()
    for settings in environments:
        for program in lambda_packages.list_packages(settings.environment):
            (folder / "stacks" / settings.name / program.archive).write_bytes(program.content)
    return {settings.name: canonical(folder / "stacks" / settings.name / GENERATED) for settings in environments}


def canonical(file: Path) -> str:
    """The same text for the same content: sorted keys, two spaces, a line break at the end."""
    return json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
