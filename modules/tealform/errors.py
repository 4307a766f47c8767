"""The error that every command reports."""

from __future__ import annotations


class TealformError(Exception):
    """A failure with a message that says what is wrong and what to do; ``tealform`` prints it and exits with code 2."""
