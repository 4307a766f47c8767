"""The table of mutants: one module for each area, each with its ``MUTANTS``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from tealform_harness.mutation.mutant import Mutant


@functools.cache
def by_area() -> Mapping[str, tuple[Mutant, ...]]:
    """All mutants by their areas, in the order of the areas' names."""
    areas = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {area: importlib.import_module(f"{__name__}.{area}").MUTANTS for area in areas}


def all_mutants() -> tuple[Mutant, ...]:
    """All of them, area by area."""
    return tuple(mutant for mutants in by_area().values() for mutant in mutants)
