"""What is seen to before anything is changed, so that the state survives."""

from __future__ import annotations

import os
import shutil

from tealform.errors import TealformError
from tealform.operations.root_module import RootModule
from tealform.synth.atomic_write import write_atomic

LOCAL_STATE = "terraform.tfstate"
_BEFORE = "before.tfstate"
_MEGABYTE = 1024 * 1024
# Terraform 1.11 overwrites a local state in place, and leaves half of it where the disk is full; it also writes
# errored.tfstate here when another backend is out of reach. A state of hundreds of resources has about a megabyte.
_ROOM = 100 * _MEGABYTE


def take(module: RootModule) -> None:
    """Makes sure that there is room for the state, and keeps a copy of a local one.

    Raises ``TealformError`` if the disk is nearly full.
    """
    free = shutil.disk_usage(module.folder).free
    if free < _ROOM:
        raise TealformError(
            f"{module.shown}: the disk has {free // _MEGABYTE} MB left, and Terraform may not be able to save the state; make "
            f"room for {_ROOM // _MEGABYTE} MB first. Nothing was done"
        )
    state = module.folder / LOCAL_STATE
    if state.is_file():
        write_atomic(state.read_bytes(), module.kept / _BEFORE)


def copies(module: RootModule) -> list[str]:
    """Where the state of before the last change may be, the best first, relative to the module's folder."""
    return [os.path.relpath(module.kept / _BEFORE, module.folder), f"{LOCAL_STATE}.backup"]
