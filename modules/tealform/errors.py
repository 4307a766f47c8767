"""The error that every command reports."""

from __future__ import annotations


class TealformError(Exception):
    """A failure with a message that says what is wrong and what to do; ``tealform`` prints it and exits with code 2."""


def describe(error: OSError) -> str:
    """Return an error of the operating system as users read it, like ``out.json: Permission denied``."""
    known = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    return known or str(error) or type(error).__name__
