"""Renders a review as the comment below a pull request, and for a terminal.

All texts come from the pull request. They are shown as plain text without any effect (see ``markdown.plain``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tealform.policy.reports.formatting import flat
from tealform.policy.reports.markdown import LONGEST, plain
from tealform.review.report.artifact import MARKER
from tealform.review.review import Review

SHORTEST = 1_000
"""The least number of characters of a comment."""

CUT = "\n*It is cut here, for it is too long. The whole is in the log of the check.*\n"


@dataclass(frozen=True)
class _Part:
    """A part of the comment, with as many of its ``items`` as fit."""

    opening: str
    items: tuple[str, ...]
    closing: str = ""


def render(review: Review, longest: int = LONGEST) -> str:
    """Return the comment, at most ``longest`` characters, if that is ``SHORTEST`` or more."""
    text, room = "", longest - len(CUT)
    for part in _parts(review):
        taken, whole = _fitting(part, room - len(text))
        text += taken
        if not whole:
            return text + CUT
    return text


def _fitting(part: _Part, room: int) -> tuple[str, bool]:
    """Return as much of a part as there is room for, and whether that is all."""
    text, end = part.opening, len(part.closing)
    for number, item in enumerate(part.items):
        if len(text) + len(item) + end > room:
            return (text + part.closing if number else ""), False
        text += item
    return text + part.closing, True


def _parts(review: Review) -> Iterator[_Part]:
    rows = (f"| {plain(name)} | {plain(text)} |\n" for name, text in review.facts())
    yield _Part(f"{MARKER}\n## Tealform: {plain(review.heading)}\n\n", ("| | |\n|---|---|\n", *rows))
    for section in review.sections():
        items = tuple(
            "".join([f"- {plain(entry.text)}\n", *(f"  - {plain(each)}\n" for each in entry.details)])
            for entry in section.entries
        )
        if section.folded:
            title = f"{plain(section.title)} ({len(items)})"
            yield _Part(f"\n<details><summary>{title}</summary>\n\n", items, "\n</details>\n")
        else:
            yield _Part(f"\n### {plain(section.title)}\n\n", items)


def console_lines(review: Review) -> Iterator[str]:
    """Yield everything for a terminal or the log of a CI server, without folding.

    No line begins with foreign text, which a CI server might take for a command.
    """
    yield f"review: {flat(review.heading)}"
    for name, text in review.facts():
        yield f"  {flat(name)}: {flat(text)}"
    for section in review.sections():
        yield ""
        yield f"  {flat(section.title)}"
        for entry in section.entries:
            yield f"    {flat(entry.text)}"
            yield from (f"      {flat(each)}" for each in entry.details)
