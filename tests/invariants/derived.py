"""Values for settings, derived from the model, so that a new setting is tried without any change here."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tealform.settings.types import as_block, union_members

Special = Mapping[tuple[type[BaseModel], str], SearchStrategy[Any]]
"""Strategies for fields that the model does not describe completely, by block and field."""

# Control characters are for free text alone; elsewhere they would only make examples hard to read.
_PRINTABLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
# What a shell, JSON, HCL or Terraform could take for something else.
_TRICKY = st.sampled_from(
    ['"', "\\", "\n", "${a}", "%{if}", "$NAME", "$${b}", "json:$TASK_CPU", "é", "\u2028", "'", "#", "\t"]
)
_TEXT = st.lists(
    st.one_of(_TRICKY, st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)), max_size=4
).map("".join)

# Hypothesis writes what a lookahead looks for, and then the rest behind it: hardly any such text is accepted.
_LENGTH = re.compile(r"^\(\?=\.\{\d+,\d+\}\\Z\)")


@functools.cache
def text() -> SearchStrategy[str]:
    """Generate text that any setting without a format must accept."""
    return pool(_TEXT, 50)


def block(model: type[BaseModel], special: Special) -> SearchStrategy[dict[str, Any]]:
    """Generate a block as its file would say it: what is required, and some of the rest. A kind becomes the label."""
    names = [name for name in model.model_fields if name != "kind"]
    values = {name: field(model, name, special) for name in names}
    body = _choose(values, {name: _eighths(model.model_fields[name]) for name in names})
    if "kind" not in model.model_fields:
        return body
    (kind,) = get_args(model.model_fields["kind"].annotation)
    labelled = body.map(lambda inner: {kind: inner})
    # What it is without a label, it is with one too.
    return st.one_of(body, labelled) if kind == "created" else labelled


@st.composite
def _choose(draw: DrawFn, values: Mapping[str, SearchStrategy[Any]], eighths: Mapping[str, int]) -> dict[str, Any]:
    """Choose settings, each with its own likelihood: ``fixed_dictionaries`` draws about five, however many there are."""
    chosen = [name for name in values if draw(st.integers(1, 8)) <= eighths[name]]
    return {name: draw(values[name]) for name in chosen}


def _eighths(info: FieldInfo) -> int:
    """Return how likely a setting is chosen: blocks and enumerations decide most of what is generated."""
    if info.is_required():
        return 8
    decisive = get_origin(info.annotation) is Literal or any(
        map(as_block, (info.annotation, *union_members(info.annotation)))
    )
    return 6 if decisive else 4


def field(model: type[BaseModel], name: str, special: Special) -> SearchStrategy[Any]:
    """Generate the values of a setting, where the file has it."""
    info = model.model_fields[name]
    if (model, name) in special:
        return special[model, name]
    return _value(info.annotation, tuple(info.metadata), special)


def _value(annotation: Any, metadata: tuple[Any, ...], special: Special) -> SearchStrategy[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(arguments[0], (*arguments[1:], *metadata), special)
    if (model := as_block(annotation)) is not None:
        return block(model, special)
    if kinds := union_members(annotation):
        # None is what a setting is when it is left out.
        return st.one_of(*(_value(kind, metadata, special) for kind in kinds if kind is not type(None)))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is dict:
        return st.dictionaries(_value(arguments[0], (), special), _value(arguments[1], (), special), max_size=3)
    if origin is tuple:
        return st.lists(_value(arguments[0], (), special), max_size=3, unique=True).map(tuple)
    return _plain(annotation, metadata)


def _plain(annotation: type, metadata: tuple[Any, ...]) -> SearchStrategy[Any]:
    for validator in metadata:
        checked = inspect.getclosurevars(validator.func).nonlocals if hasattr(validator, "func") else {}
        if "compiled" in checked:
            return matching(checked["compiled"])
        if "low" in checked:
            return st.integers(checked["low"], checked["high"])
        if "allowed" in checked:
            return st.sampled_from(checked["allowed"])
        if (made := _CHECKED_BY.get(getattr(getattr(validator, "func", None), "__name__", ""))) is not None:
            return made()
    return {bool: st.booleans(), int: st.integers(-(10**6), 10**6), str: text()}[annotation]


@functools.cache
def matching(pattern: re.Pattern[str]) -> SearchStrategy[str]:
    """Generate text that a setting with this pattern accepts."""
    anyhow_long = re.compile(_LENGTH.sub("", pattern.pattern), pattern.flags)
    return pool(st.from_regex(anyhow_long, fullmatch=True, alphabet=_PRINTABLE).filter(pattern.fullmatch))


def pool(values: SearchStrategy[str], size: int = 20) -> SearchStrategy[str]:
    """Generate a choice among some of ``values``, the same each time.

    Drawn anew for each of a hundred settings, text would use up what hypothesis has for one example: it would then
    show the smallest environments alone.
    """
    found: dict[str, None] = {}

    @settings(
        max_examples=size,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(values)
    def collect(value: str) -> None:
        found[value] = None

    collect()
    return st.sampled_from(list(found))


def networks(shortest: int = 0, longest: int = 32) -> SearchStrategy[str]:
    """Generate IPv4 networks whose prefix has from ``shortest`` to ``longest`` bits."""

    def network(address: int, bits: int) -> str:
        first = address >> (32 - bits) << (32 - bits)
        return ".".join(str(first >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{bits}"

    return st.builds(network, st.integers(0, 2**32 - 1), st.integers(shortest, longest))


def _time_zones() -> SearchStrategy[str]:
    return st.sampled_from(["UTC", "Asia/Tokyo", "Europe/Berlin", "America/Argentina/Buenos_Aires"])


def _schedules() -> SearchStrategy[str]:
    return st.sampled_from(
        [
            "cron(0 20 * * ? *)",
            "cron(30 8 ? 1-6,9-12 MON-FRI *)",
            "cron(0/15 6-18 L * ? 2027-2030)",
            "cron(0 0 ? * 6#3 *)",
            "rate(1 day)",
            "rate(15 minutes)",
            "at(2028-02-29T23:59:59)",
        ]
    )


def _windows() -> SearchStrategy[str]:
    return st.sampled_from(
        [
            "* * 9-16 ? * MON-FRI *",
            "* * 9-16 ? * MON-FRI",
            "* 0/15 22-23,0-3 L * ?",
            "* * * ? JAN-MAR 6#3 2027-2030",
            "* */5 * 1W 1-6,9-12 ? *",
        ]
    )


_CHECKED_BY: dict[str, Callable[[], SearchStrategy[str]]] = {
    "_check_schedule": _schedules,
    "_check_schedule_time_zone": _time_zones,
    "_check_window_cron": _windows,
    "_check_window_time_zone": _time_zones,
    "_network": networks,
}
