"""Decides whether environments may be released: every finding must be mended or waived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harness import environments
from harness.errors import HarnessError
from harness.policy import by_hand, checkov, rendered, stack, waivers
from modules.settings.problems import Problem

CLEAN, FINDINGS, BROKEN = 0, 1, 2


@dataclass(frozen=True)
class Verdict:
    """What the gate knows about one environment. ``mistakes`` are the reasons why it cannot judge."""

    environment: str
    checks: int
    outcome: waivers.Outcome
    mistakes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """2 if the environment could not be judged, else 1 if something is left to do, else 0."""
        if self.mistakes:
            return BROKEN
        return FINDINGS if self.outcome.left or self.outcome.lapsed else CLEAN


def _print(line: str) -> None:
    print(line, flush=True)


def check(root: Path, names: list[str], today: date | None = None, say: Callable[[str], None] = _print) -> int:
    """Checks the environments ``names`` of the project in ``root``, or all of them if none is named.

    ``say`` gets every line of the outcome, the same lines in the same order for the same input. Returns 0 if
    nothing is wrong, 1 for findings and for waivers that expired or match nothing, 2 if an environment could
    not be scanned or a waiver is not valid. Raises ``HarnessError`` if nothing at all could be scanned.
    """
    folders = [environments.folder(root, name) for name in sorted(set(names)) or environments.names(root)]
    if not folders:
        raise HarnessError("environments/ holds nothing to check; begin with environments/<name>/environment.hcl")
    scans = _scan(root, folders, say)
    verdicts = [_judge(folder, scans[folder.name], today or date.today()) for folder in folders]
    for verdict in verdicts:
        for line in _lines(verdict):
            say(line)
    for line in _summary(verdicts):
        say(line)
    return max(verdict.exit_code for verdict in verdicts)


def _scan(root: Path, folders: list[Path], say: Callable[[str], None]) -> dict[str, checkov.Scan]:
    scans, stacks = {}, []
    for folder in folders:
        try:
            stacks.append(stack.read(folder))
        except HarnessError as error:
            scans[folder.name] = checkov.Scan(folder.name, blind=str(error))
    if stacks:
        say(f"policy: scanning {', '.join(each.environment for each in stacks)} with checkov, about ten seconds")
        scans |= {scan.environment: scan for scan in checkov.scan(root, stacks)}
    return scans


def _judge(folder: Path, scan: checkov.Scan, today: date) -> Verdict:
    accepted, problems = waivers.read(folder, today)
    accepted = [waiver for waiver in accepted if not _waits_for_a_plan(waiver, folder, scan)]
    # What a blind scan would have found is unknown, so whether a waiver still matches is unknown too.
    outcome = waivers.apply([] if scan.blind else accepted, scan.findings, today)
    wrong = [str(problem) for problem in _in_order([*problems, *outcome.mistakes])]
    return Verdict(folder.name, scan.checks, outcome, (scan.blind, *wrong) if scan.blind else tuple(wrong))


def _waits_for_a_plan(waiver: waivers.Waiver, folder: Path, scan: checkov.Scan) -> bool:
    """Whether it may match something that a plan has and the generated Terraform has not."""
    only_there = waiver.check in rendered.ONLY_PLANNED or by_hand.has(folder, waiver.resource)
    return only_there and not any(waiver.names(finding) for finding in scan.findings)


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.environment}: {_counts([verdict])}"
    for finding in verdict.outcome.left:
        yield from finding.lines()
    for finding, waiver in verdict.outcome.waived:
        where = finding.path or finding.address
        yield f"  waived: {finding.check} on {where} until {waiver.until} by {waiver.owner}: {waiver.reason}"
    for problem in _in_order(verdict.outcome.lapsed):
        yield f"  {problem}"
    for mistake in verdict.mistakes:
        yield f"  {mistake}"


def _summary(verdicts: list[Verdict]) -> Iterator[str]:
    if any(verdict.outcome.left for verdict in verdicts):
        yield f"mend each finding, or accept it in environments/<env>/{waivers.FILE}: {waivers.SHAPE}"
    yield f"policy: {_many(len(verdicts), 'environment')}, {_counts(verdicts)}"


def _counts(verdicts: list[Verdict]) -> str:
    outcomes = [verdict.outcome for verdict in verdicts]
    counts = {
        "check": sum(verdict.checks for verdict in verdicts),
        "finding": sum(len(outcome.left) for outcome in outcomes),
        "waived finding": sum(len(outcome.waived) for outcome in outcomes),
        "lapsed waiver": sum(len(outcome.lapsed) for outcome in outcomes),
        "mistake": sum(len(verdict.mistakes) for verdict in verdicts),
    }
    return ", ".join(_many(number, what) for what, number in counts.items() if number or what in ("check", "finding"))


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda problem: (problem.location.line, str(problem)))
