"""What a command that was interrupted has left, and what to do about it before anything else."""

from __future__ import annotations

import json
from pathlib import Path

from harness.errors import HarnessError
from harness.operations import precautions
from harness.operations.precautions import LOCAL_STATE
from harness.operations.root_module import RootModule

# Terraform writes this when it has changed something and could not save the state.
# https://developer.hashicorp.com/terraform/cli/state/recover
_ERRORED = "errored.tfstate"


def check(module: RootModule) -> None:
    """Raises ``HarnessError`` if the state is not where or what it should be, with what to do."""
    errored, state = module.folder / _ERRORED, module.folder / LOCAL_STATE
    if errored.exists() and _is_whole(errored):
        raise HarnessError(
            f"{module.shown}/{_ERRORED}: the last command changed things and could not save the state; this file is the "
            f'state. See to what it said then, and run: make terraform ENV={module.name} ARGS="state push {_ERRORED}"; '
            f"then move the file away"
        )
    if errored.exists() or (state.is_file() and state.stat().st_size and not _is_whole(state)):
        raise HarnessError(
            f"{module.shown}/{LOCAL_STATE}: could not be saved whole, as on a full disk; {_last_whole(module)}. Terraform may "
            f"have printed the state when it failed: that is the newest. What it made since wants «terraform import». "
            f"Then remove {_ERRORED} if it is there"
        )


def _is_whole(state: Path) -> bool:
    try:
        return isinstance(json.loads(state.read_text(encoding="utf-8")), dict)
    except ValueError:
        return False


def _last_whole(module: RootModule) -> str:
    for copy in precautions.copies(module):
        if (module.folder / copy).is_file() and _is_whole(module.folder / copy):
            return f"{module.shown}/{copy} is the state before the last change: copy it over {LOCAL_STATE}"
    return "there is no whole copy of it here; take it from where you keep backups"
