"""Whoever changes what is protected says so by typing its name."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tealform.errors import TealformError
from tealform.operations.root_module import GeneratedModule


def ask(
    module: GeneratedModule, what: str, confirmed: str | None, read: Callable[[], str] = sys.stdin.readline
) -> None:
    """Returns once the module's name has been given: by ``confirmed``, or typed.

    ``what`` says what is about to happen, like ``is protected``. Raises ``TealformError`` for another name or none.
    """
    if confirmed is None:
        print(f"{module.name} {what}. Type its name to go on: ", end="", file=sys.stderr, flush=True)
        confirmed = read().strip()
        if not confirmed:
            raise TealformError(f"nothing was typed, nothing was done; without a terminal: CONFIRM={module.name}")
    if confirmed != module.name:
        raise TealformError(f'"{confirmed}" is not {module.name}; nothing was done')
