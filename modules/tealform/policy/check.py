"""A rule of ours with what judges it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource


def always(_resource: Resource, _environment: Environment) -> bool:
    """It applies to every resource of its types."""
    return True


@dataclass(frozen=True)
class Check:
    """Judges every resource of ``types`` to which it ``applies``, in the environment that it is part of.

    A type is Terraform's, with ``data.`` before it for a data source, or one of those that
    ``Environment.resources`` adds. ``judge`` says what is wrong, one sentence for each mistake; nothing if the
    resource is as the rule wants it.
    """

    rule: Rule
    types: tuple[str, ...]
    judge: Callable[[Resource, Environment], Iterable[str]]
    applies: Callable[[Resource, Environment], bool] = always
