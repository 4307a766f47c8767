"""The outcome for a person at a terminal, or in the log of a CI server."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.reports.formatting import flat
from tealform.review.review import Review


def lines(review: Review) -> Iterator[str]:
    """Everything, without folding. No line begins with text of others, which a CI server might take for an order."""
    yield f"pr-check: {flat(review.heading)}"
    for name, text in review.facts():
        yield f"  {flat(name)}: {flat(text)}"
    for section in review.sections():
        yield ""
        yield f"  {flat(section.title)}"
        for entry in section.entries:
            yield f"    {flat(entry.text)}"
            yield from (f"      {flat(each)}" for each in entry.details)
