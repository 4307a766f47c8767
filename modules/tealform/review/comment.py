"""The comment below a pull request.

All that is said in it comes from the pull request: it is shown as text, and does nothing (see ``markdown.plain``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tealform.policy.reports.markdown import LONGEST, plain
from tealform.review.marker import MARKER
from tealform.review.review import Entry, Review, Section

SHORTEST = 1_000
"""Characters that a comment needs to say anything."""

CUT = "\n*It is cut here, for it is too long. The whole is in the log of the check.*\n"


@dataclass(frozen=True)
class _Part:
    """Of its ``items`` as many are shown as fit; what opened it is closed again."""

    opening: str
    items: tuple[str, ...]
    closing: str = ""


def render(review: Review, longest: int = LONGEST) -> str:
    """The comment, at most ``longest`` characters, if that is ``SHORTEST`` or more."""
    text, room = "", longest - len(CUT)
    for part in _parts(review):
        taken, whole = _fitting(part, room - len(text))
        text += taken
        if not whole:
            return text + CUT
    return text


def _fitting(part: _Part, room: int) -> tuple[str, bool]:
    """As much of a part as there is room for, and whether that is all."""
    text, end = part.opening, len(part.closing)
    for number, item in enumerate(part.items):
        if len(text) + len(item) + end > room:
            return (text + part.closing if number else ""), False
        text += item
    return text + part.closing, True


def _parts(review: Review) -> Iterator[_Part]:
    yield _Part(f"{MARKER}\n## Tealform: {plain(review.heading)}\n\n", ("| | |\n|---|---|\n", *_rows(review)))
    for section in review.sections():
        yield _folded(section) if section.folded else _open(section)


def _rows(review: Review) -> Iterator[str]:
    return (f"| {plain(name)} | {plain(text)} |\n" for name, text in review.facts())


def _open(section: Section) -> _Part:
    return _Part(f"\n### {plain(section.title)}\n\n", tuple(_items(section.entries)))


def _folded(section: Section) -> _Part:
    title = f"{plain(section.title)} ({len(section.entries)})"
    return _Part(f"\n<details><summary>{title}</summary>\n\n", tuple(_items(section.entries)), "\n</details>\n")


def _items(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield "".join([f"- {plain(entry.text)}\n", *(f"  - {plain(each)}\n" for each in entry.details)])
