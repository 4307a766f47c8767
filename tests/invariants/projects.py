"""Environments that refer to each other: those that are drawn become one project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.invariants.coherent import TOOLS_ACCOUNT, Body, make_coherent

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
TOOLS = "tools"


@dataclass(frozen=True)
class Layout:
    """The stages, whether the last is promoted to from the one before, and whether a tools account has the pipelines."""

    stages: tuple[str, ...]
    promotes: bool = False
    tools: bool = False
    same_account: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The environments, in the order of promotion."""
        return (*((TOOLS,) if self.tools else ()), *self.stages)


LAYOUTS = (
    Layout(("dev", "prod")),
    Layout(("dev", "prod"), promotes=True),
    Layout(("prod",), tools=True),
    Layout(("prod",), promotes=True, tools=True),
    Layout(("dev", "prod"), promotes=True, tools=True),
    Layout(("dev", "prod"), promotes=True, tools=True, same_account=False),
)


def detach(values: Body) -> Body:
    """Return an environment that refers to no other."""
    values = {key: value for key, value in values.items() if key != "pipelines_in"}
    for service in values.get("service", {}).values():
        if "promotion" in service.get("source", {}):
            del service["source"]
    return values


@st.composite
def join(draw: DrawFn, one: SearchStrategy[Body]) -> Mapping[str, Body]:
    """Draw two or three environments of one project and region, each drawn from ``one``, which has one region."""
    layout = draw(st.sampled_from(LAYOUTS))
    drawn = {name: detach(draw(one)) for name in layout.names}
    first = drawn[layout.names[0]]
    if layout.tools and (not layout.promotes or layout.stages[1:]) and draw(st.booleans()):
        del first["service"]
    for name, values in drawn.items():
        values["project"] = first["project"]
        if layout.tools and name != TOOLS:
            values["pipelines_in"] = TOOLS
    if layout.promotes:
        before, after = layout.names[-2:]
        _promote(draw, drawn[before], drawn[after], before)
    placed = {name: _place(values, _account(layout, name)) for name, values in drawn.items()}
    return {name: make_coherent(values) for name, values in placed.items()}


def _account(layout: Layout, name: str) -> str:
    if name == TOOLS:
        return TOOLS_ACCOUNT
    return ACCOUNT if layout.same_account or name == layout.stages[-1] else OTHER_ACCOUNT


def _promote(draw: DrawFn, before: Body, after: Body, name: str) -> None:
    """Promote some services of ``before``, which is called ``name``, to ``after``."""
    taken = draw(st.lists(st.sampled_from(sorted(before["service"])), min_size=1, unique=True))
    own, promoted = dict(after["service"]), {}
    for key in taken:
        # It takes the settings of a service with the same name, or else of any other.
        service = own.pop(key, None) or own.pop(next(iter(own), ""), None)
        if service is None:
            break
        service["source"] = {"promotion": {"environment": name}}
        service["architecture"] = before["service"][key].get("architecture", "x86_64")
        promoted[key] = service
    after["service"] = promoted | own
    if not after.get("disposable"):
        before.pop("disposable", None)


def _place(values: Body, account: str) -> Body:
    """Return the environment in ``account``, and the secrets of its builds in the account of the builds."""
    placed: Body = _replace_account(values, ACCOUNT, account)
    if "pipelines_in" not in values:
        return placed
    for service in placed.get("service", {}).values():
        for part in ("build", "test"):
            if "secrets" in service.get(part, {}):
                service[part]["secrets"] = _replace_account(service[part]["secrets"], account, TOOLS_ACCOUNT)
    if "pull_through_cache" in placed:
        placed["pull_through_cache"] = _replace_account(placed["pull_through_cache"], account, TOOLS_ACCOUNT)
    return placed


def _replace_account(node: Any, account: str, other: str) -> Any:
    match node:
        case dict():
            return {key: _replace_account(value, account, other) for key, value in node.items()}
        case tuple():
            return tuple(_replace_account(value, account, other) for value in node)
        case str():
            return node.replace(account, other)
    return node
