"""How a command of a build fails."""

from __future__ import annotations


class ToolError(Exception):
    """What a command prints when it fails."""
