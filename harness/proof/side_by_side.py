"""Several inquiries at once: most of their time is waiting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

_Item = TypeVar("_Item")


def side_by_side(sources: Sequence[Iterable[_Item]]) -> Iterator[_Item]:
    """Runs all ``sources`` at once, each in a thread of its own, and yields what they yield as it comes.

    What one raises is raised here once the others have ended.
    """
    if not sources:
        return
    items: SimpleQueue[_Item | None] = SimpleQueue()

    def drain(source: Iterable[_Item]) -> None:
        try:
            for item in source:
                items.put(item)
        finally:
            items.put(None)

    with ThreadPoolExecutor(len(sources)) as threads:
        running = [threads.submit(drain, source) for source in sources]
        left = len(sources)
        while left:
            item = items.get()
            if item is None:
                left -= 1
            else:
                yield item
        for each in running:
            each.result()
