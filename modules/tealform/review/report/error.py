"""What keeps a report from being made."""

from __future__ import annotations


class ReportError(Exception):
    """Says what is wrong, in a line."""
