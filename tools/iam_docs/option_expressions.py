"""With which options something is there, in as few words as are true."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

Options: TypeAlias = frozenset[str]
"""The options of an example, as people would call them."""


def when(present: Collection[Options], among: Collection[Options]) -> str:
    """When something is there that is there with ``present`` of the options ``among``.

    An option is not told when fewer of them do as well: what engine `ecs` brings, engine `ecs` with hooks brings too.
    """
    if set(present) == set(among):
        return "always"
    fewest = _fewest(present)
    if _reached(fewest, among) == set(present):
        return _told("with", fewest)
    absent = set(among) - set(present)
    fewest = _fewest(absent)
    if _reached(fewest, among) == absent:
        return _told("unless", fewest)
    return _told("with exactly", sorted(present, key=sorted))


def _fewest(found: Collection[Options]) -> list[Options]:
    return sorted((each for each in found if not any(other < each for other in found)), key=sorted)


def _reached(fewest: Collection[Options], among: Collection[Options]) -> set[Options]:
    return {each for each in among if any(few <= each for few in fewest)}


def _told(word: str, found: Collection[Options]) -> str:
    return f"{word} " + ", ".join(
        " + ".join(f"`{option}`" for option in sorted(each)) or "none of these" for each in found
    )
