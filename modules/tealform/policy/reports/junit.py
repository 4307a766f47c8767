"""The policy gate's outcome as JUnit XML, which CI servers show as tests.

The shape is the one that Jenkins reads, https://llg.cubic.org/docs/junit/. There are no times: nothing that differs
from run to run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from tealform.policy.reports import formatting
from tealform.policy.reports.formatting import flat
from tealform.policy.result import GateResult, LocatedFinding

_Judged = tuple[TestCase, Failure | Skipped | Error | None]


def render(verdicts: Sequence[GateResult]) -> str:
    """A suite for each scope. Its cases are the rules that found nothing there, and every finding.

    A finding that is left, or a waiver that lapsed, has failed; one that is waived is skipped with the reason;
    what could not be judged is an error.
    """
    report = JUnitXml("policy")
    suites = [_suite(verdict) for verdict in verdicts]
    report.extend(suites)  # type: ignore[no-untyped-call]
    for total in ("tests", "failures", "errors", "skipped"):
        setattr(report, total, sum(getattr(suite, total) for suite in suites))
    text: bytes = report.tostring()  # type: ignore[no-untyped-call]
    return text.decode() + "\n"


def _suite(verdict: GateResult) -> TestSuite:
    suite = TestSuite(flat(verdict.scope))
    cases = [*_passed(verdict), *_findings(verdict), *_lapsed(verdict), *_mistakes(verdict)]
    for case, result in cases:
        if result is not None:
            case.result = result
        suite.append(case)  # type: ignore[no-untyped-call]
    suite.tests = len(cases)
    suite.failures = sum(isinstance(result, Failure) for _, result in cases)
    suite.errors = sum(isinstance(result, Error) for _, result in cases)
    suite.skipped = sum(isinstance(result, Skipped) for _, result in cases)
    return suite


def _passed(verdict: GateResult) -> Iterator[_Judged]:
    found = {told.rule.id for told in (*verdict.left, *(told for told, _ in verdict.waived))}
    for rule in sorted(rule for rule, number in verdict.judged.items() if number and rule not in found):
        yield _case(verdict, rule), None


def _findings(verdict: GateResult) -> Iterator[_Judged]:
    for told in formatting.worst_first([verdict]):
        failure = Failure(formatting.wrong(told), told.rule.severity)
        failure.text = "\n".join(_detail(told))
        yield _case(verdict, _name(told)), failure
    for told, waiver in verdict.waived:
        reason = f"waived until {waiver.until} by {waiver.owner}: {waiver.reason}"
        yield _case(verdict, _name(told)), Skipped(flat(reason))


def _lapsed(verdict: GateResult) -> Iterator[_Judged]:
    for problem in formatting.in_order(verdict.lapsed):
        yield _case(verdict, flat(str(problem))), Failure(flat(problem.message), "lapsed waiver")


def _mistakes(verdict: GateResult) -> Iterator[_Judged]:
    for number, mistake in enumerate(verdict.mistakes, start=1):
        yield _case(verdict, f"could be judged ({number})"), Error(flat(mistake), "mistake")


def _case(verdict: GateResult, name: str) -> TestCase:
    return TestCase(name, f"policy.{flat(verdict.scope)}")


def _name(told: LocatedFinding) -> str:
    return f"{told.rule.id} {formatting.where(told.finding)}"


def _detail(told: LocatedFinding) -> Iterator[str]:
    yield f"why: {flat(told.rule.why)}"
    yield f"fix: {flat(told.rule.fix)}"
    yield f"mended at: {formatting.mended_at(told)}"
    if told.rule.link:
        yield f"link: {flat(told.rule.link)}"
