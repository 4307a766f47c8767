"""How a command of the harness says that it could not do its work."""

from __future__ import annotations


class TealformError(Exception):
    """Says what is wrong and what to do; the ``tealform`` command prints it and ends with exit code 2."""
