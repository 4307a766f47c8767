"""The results of the policy gate for a terminal or the log of a CI server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from tealform.policy import waivers
from tealform.policy.reports import formatting
from tealform.policy.reports.formatting import flat
from tealform.policy.result import GateResult, LocatedFinding

_LEFT = ("severity", "rule", "environment", "where", "mended at")
_WAIVED = ("waived", "findings", "environments", "until", "owner", "reason")


def lines(results: Sequence[GateResult]) -> Iterator[str]:
    """Yield a table of remaining findings, the worst first; their details; then each scope, waived findings, and totals.

    No line begins with untrusted text, which a CI server might take for a command.
    """
    left = formatting.worst_first(results)
    yield from _table(_LEFT, [_row(located) for located in left])
    for located in left:
        yield from _detail(located)
    for result in results:
        yield from _scope(result)
    yield from _table(_WAIVED, [_accepted(each) for each in formatting.summarize_waived(results)])
    if left:
        yield f"mend each finding, or accept it in environments/<env>/{waivers.FILE}: {waivers.SHAPE}"
    yield formatting.summary(results)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from tabulate(rows, titles, disable_numparse=True).splitlines()
        yield ""


def _row(located: LocatedFinding) -> tuple[str, ...]:
    return (
        located.rule.severity,
        located.rule.id,
        located.scope,
        formatting.where(located.finding),
        formatting.mended_at(located),
    )


def _detail(located: LocatedFinding) -> Iterator[str]:
    yield f"{located.rule.severity} {located.rule.id} in {located.scope}: {formatting.where(located.finding)}"
    said = {
        "should be": located.finding.title,
        "is": located.finding.message,
        "why": located.rule.why,
        "fix": located.rule.fix,
        "mended at": formatting.mended_at(located),
        "resource": located.finding.address,
        "link": located.rule.link,
    }
    for name, text in said.items():
        if text:
            yield f"  {name}: {flat(text)}"
    yield ""


def _scope(result: GateResult) -> Iterator[str]:
    yield f"{result.scope}: {formatting.counts([result])}"
    for problem in formatting.in_order(result.lapsed):
        yield f"  lapsed: {flat(str(problem))}"
    for mistake in result.mistakes:
        yield f"  mistake: {flat(mistake)}"


def _accepted(each: formatting.WaivedGroup) -> tuple[str, ...]:
    owners, scopes = ", ".join(each.owners), ", ".join(each.scopes)
    return each.rule.id, str(each.number), scopes, each.until.isoformat(), owners, each.reason
