"""Generates, checks, plans and applies the Terraform for blue/green releases of containers on AWS ECS Fargate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tealform.synth.app import App as App

__all__ = ["App"]


def __getattr__(name: str) -> Any:
    # Loaded when it is used: `tealform --help` and the modules below synth do not need it.
    if name == "App":
        from tealform.synth.app import App

        return App
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
