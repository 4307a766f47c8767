"""What a rule says when settings do not go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tealform.settings.environment import Environment
from tealform.settings.errors import Path_


@dataclass(frozen=True)
class Conflict:
    """Settings that do not go together: the one to change, why, and the others that the verdict rests on.

    Where one of those is wrong in itself, the verdict is not given: it would accuse a value that nobody wrote.
    """

    path: Path_
    message: str
    about: tuple[Path_, ...] = ()


Rule = Callable[[Environment, str], Iterator[Conflict]]
"""Takes an environment and its name."""
