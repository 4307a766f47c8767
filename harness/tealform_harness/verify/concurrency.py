"""Several inquiries at once: most of their time is waiting."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from tealform.terraform.subprocesses import HALT, Halt

_Item = TypeVar("_Item")


def side_by_side(sources: Sequence[Iterable[_Item]]) -> Generator[_Item, None, None]:
    """Runs all ``sources`` at once, each in a thread of its own, and yields what they yield as it comes.

    What one raises is raised here once the others have ended. Whoever stops asking for items ends them early, and
    so does Ctrl-C: see ``Halt``.
    """
    if not sources:
        return
    items: SimpleQueue[_Item | None] = SimpleQueue()
    halt = Halt()

    def drain(source: Iterable[_Item]) -> None:
        HALT.set(halt)
        try:
            for item in source:
                items.put(item)
        finally:
            items.put(None)

    with ThreadPoolExecutor(len(sources)) as threads:
        running = [threads.submit(drain, source) for source in sources]
        left = len(sources)
        try:
            while left:
                item = items.get()
                if item is None:
                    left -= 1
                else:
                    yield item
        except BaseException:
            halt.ask()
            raise
        for each in running:
            each.result()
