"""What a command that was interrupted has left, and what to do about it before anything else."""

from __future__ import annotations

import json
from pathlib import Path

from harness.errors import HarnessError
from harness.operations.root_module import RootModule

# Terraform writes this when it has changed something and could not save the state.
# https://developer.hashicorp.com/terraform/cli/state/recover
_ERRORED = "errored.tfstate"
_LOCAL = "terraform.tfstate"


def check(module: RootModule) -> None:
    """Raises ``HarnessError`` if the state is not where or what it should be, with what to do."""
    if (module.folder / _ERRORED).exists():
        raise HarnessError(
            f"{module.shown}/{_ERRORED}: the last command changed things and could not save the state; this file is the "
            f'state. See to what it said then, and run: make terraform ENV={module.name} ARGS="state push {_ERRORED}"; '
            f"then move the file away"
        )
    state = module.folder / _LOCAL
    if state.is_file() and not _is_whole(state):
        raise HarnessError(
            f"{module.shown}/{_LOCAL}: is not whole, as after a full disk; {_backup(module, state)}. Nothing was done"
        )


def _is_whole(state: Path) -> bool:
    try:
        # An empty file is what Terraform makes when it locks a state that is not there yet.
        text = state.read_text(encoding="utf-8")
        return not text or isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _backup(module: RootModule, state: Path) -> str:
    backup = state.with_name(f"{_LOCAL}.backup")
    if backup.is_file() and backup.stat().st_size and _is_whole(backup):
        return (
            f"{module.shown}/{backup.name} is the state before the last change: move it over, then look with "
            f"«{module.command('plan')}» at what was made since, which wants «terraform import»"
        )
    return "there is no backup beside it; take it from where you keep copies"
