"""Whose a resource is, by the address that the generator gives it."""

from __future__ import annotations

import re

# Resources are named by the path of their construct; these are the ones that modules/tealform/synth/stack.py makes for each service.
_OF_A_SERVICE = re.compile(
    r"\.(?:for-(?P<other>[^_.]+)_)?(?:delivery|images|release|service)-(?P<service>[^_.]+)(?:_|$)"
)


def of(address: str) -> str:
    """The service that a resource is of, as ``web``, or as ``prod/web`` where it releases to another environment.

    What is no service's own is its own.
    """
    found = _OF_A_SERVICE.search(address)
    if not found:
        return address
    return "/".join(part for part in found.groups() if part)
