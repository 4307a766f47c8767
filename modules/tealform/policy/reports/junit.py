"""The results of the policy gate as JUnit XML, which CI servers show as tests.

The format is the one that Jenkins reads, https://llg.cubic.org/docs/junit/. It has no times, so that equal results are
equal files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from tealform.policy.reports import formatting
from tealform.policy.reports.formatting import flat
from tealform.policy.result import GateResult, LocatedFinding

_Judged = tuple[TestCase, Failure | Skipped | Error | None]


def render(results: Sequence[GateResult]) -> str:
    """Render a suite for each scope; its cases are the rules that found nothing there, and every finding.

    A remaining finding, or a lapsed waiver, is a failure; a waived finding is skipped with the reason; what could not be
    checked is an error.
    """
    report = JUnitXml("policy")
    suites = [_suite(result) for result in results]
    report.extend(suites)  # type: ignore[no-untyped-call]
    for total in ("tests", "failures", "errors", "skipped"):
        setattr(report, total, sum(getattr(suite, total) for suite in suites))
    text: bytes = report.tostring()  # type: ignore[no-untyped-call]
    return text.decode() + "\n"


def _suite(result: GateResult) -> TestSuite:
    suite = TestSuite(flat(result.scope))
    cases = [*_passed(result), *_findings(result), *_lapsed(result), *_mistakes(result)]
    for case, outcome in cases:
        if outcome is not None:
            case.result = outcome
        suite.append(case)  # type: ignore[no-untyped-call]
    suite.tests = len(cases)
    suite.failures = sum(isinstance(outcome, Failure) for _, outcome in cases)
    suite.errors = sum(isinstance(outcome, Error) for _, outcome in cases)
    suite.skipped = sum(isinstance(outcome, Skipped) for _, outcome in cases)
    return suite


def _passed(result: GateResult) -> Iterator[_Judged]:
    found = {located.rule.id for located in (*result.remaining, *(located for located, _ in result.waived))}
    for rule in sorted(rule for rule, number in result.judged.items() if number and rule not in found):
        yield _case(result, rule), None


def _findings(result: GateResult) -> Iterator[_Judged]:
    for located in formatting.worst_first([result]):
        failure = Failure(formatting.wrong(located), located.rule.severity)
        failure.text = "\n".join(_detail(located))
        yield _case(result, _name(located)), failure
    for located, waiver in result.waived:
        reason = f"waived until {waiver.until} by {waiver.owner}: {waiver.reason}"
        yield _case(result, _name(located)), Skipped(flat(reason))


def _lapsed(result: GateResult) -> Iterator[_Judged]:
    for problem in formatting.in_order(result.lapsed):
        yield _case(result, flat(str(problem))), Failure(flat(problem.message), "lapsed waiver")


def _mistakes(result: GateResult) -> Iterator[_Judged]:
    for number, mistake in enumerate(result.mistakes, start=1):
        yield _case(result, f"could be judged ({number})"), Error(flat(mistake), "mistake")


def _case(result: GateResult, name: str) -> TestCase:
    return TestCase(name, f"policy.{flat(result.scope)}")


def _name(located: LocatedFinding) -> str:
    return f"{located.rule.id} {formatting.where(located.finding)}"


def _detail(located: LocatedFinding) -> Iterator[str]:
    yield f"why: {flat(located.rule.why)}"
    yield f"fix: {flat(located.rule.fix)}"
    yield f"mended at: {formatting.mended_at(located)}"
    if located.rule.link:
        yield f"link: {flat(located.rule.link)}"
