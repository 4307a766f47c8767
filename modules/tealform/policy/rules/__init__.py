"""Our own rules: one per module, each with a ``CHECK``. What one resource's arguments show is asked by checkov instead,
with the policies in ``modules/tealform/policy/checks/``.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from tealform.policy.check import Check


@functools.cache
def checks() -> tuple[Check, ...]:
    """All of them, in the order of their ids; one that cannot be imported is an error, and never left out."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    found = [importlib.import_module(f"{__name__}.{name}").CHECK for name in names]
    return tuple(sorted(found, key=lambda check: check.rule.id))
