"""Lets checkov look at many environments, a few at a time, and remembers what it saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tealform.errors import TealformError
from tealform.policy import checkov
from tealform.policy.cache import Cache
from tealform.policy.checkov import Scan
from tealform.policy.checkov_input import Stack

_AT_ONCE = 2
_TOGETHER = 20
"""How many are scanned in one run: checkov takes seconds to start, and memory for each."""


def scan(stacks: Sequence[Stack]) -> Iterator[Scan]:
    """The scans of the ``stacks``, in no order; those that are known come first."""
    cache = Cache()
    known = {each.environment: found for each in stacks if (found := cache.get(each.environment, each.text))}
    yield from known.values()
    new = [each for each in stacks if each.environment not in known]
    groups = [new[start : start + _TOGETHER] for start in range(0, len(new), _TOGETHER)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for group in pool.map(_scan, groups):
            for each, made in group:
                cache.put(made, each.environment, each.text)
                yield made


def _scan(stacks: Sequence[Stack]) -> list[tuple[Stack, Scan]]:
    """If checkov stumbles over one of them, the others are scanned without it."""
    try:
        return list(zip(stacks, checkov.scan(list(stacks)), strict=True))
    except TealformError as error:
        if len(stacks) == 1:
            return [(stacks[0], Scan(stacks[0].environment, blind=f"{stacks[0].environment}: {error}"))]
        middle = len(stacks) // 2
        return _scan(stacks[:middle]) + _scan(stacks[middle:])
