"""The policy gate's outcome for a person at a terminal, or in the log of a CI server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from tealform.policy import waivers
from tealform.policy.reports import formatting, waiver_summary
from tealform.policy.reports.formatting import flat
from tealform.policy.result import GateResult, LocatedFinding

_LEFT = ("severity", "rule", "environment", "where", "mended at")
_WAIVED = ("waived", "findings", "environments", "until", "owner", "reason")


def lines(verdicts: Sequence[GateResult]) -> Iterator[str]:
    """A table of what is left, the worst first; each of it in detail; then each scope, what is waived, and the sum.

    No line begins with text of others, which a CI server might take for an order.
    """
    left = formatting.worst_first(verdicts)
    yield from _table(_LEFT, [_row(told) for told in left])
    for told in left:
        yield from _detail(told)
    for verdict in verdicts:
        yield from _scope(verdict)
    yield from _table(_WAIVED, [_accepted(each) for each in waiver_summary.together(verdicts)])
    if left:
        yield f"mend each finding, or accept it in environments/<env>/{waivers.FILE}: {waivers.SHAPE}"
    yield formatting.summary(verdicts)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from tabulate(rows, titles, disable_numparse=True).splitlines()
        yield ""


def _row(told: LocatedFinding) -> tuple[str, ...]:
    return told.rule.severity, told.rule.id, told.scope, formatting.where(told.finding), formatting.mended_at(told)


def _detail(told: LocatedFinding) -> Iterator[str]:
    yield f"{told.rule.severity} {told.rule.id} in {told.scope}: {formatting.where(told.finding)}"
    said = {
        "should be": told.finding.title,
        "is": told.finding.message,
        "why": told.rule.why,
        "fix": told.rule.fix,
        "mended at": formatting.mended_at(told),
        "resource": told.finding.address,
        "link": told.rule.link,
    }
    for name, text in said.items():
        if text:
            yield f"  {name}: {flat(text)}"
    yield ""


def _scope(verdict: GateResult) -> Iterator[str]:
    yield f"{verdict.scope}: {formatting.counts([verdict])}"
    for problem in formatting.in_order(verdict.lapsed):
        yield f"  lapsed: {flat(str(problem))}"
    for mistake in verdict.mistakes:
        yield f"  mistake: {flat(mistake)}"


def _accepted(each: waiver_summary.Accepted) -> tuple[str, ...]:
    owners, scopes = ", ".join(each.owners), ", ".join(each.scopes)
    return each.rule.id, str(each.number), scopes, each.until.isoformat(), owners, each.reason
