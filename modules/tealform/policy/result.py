"""What the gate knows about one scope: an environment, or the release contract in artifacts/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tealform.policy.finding import Finding
from tealform.policy.rule import Rule
from tealform.policy.waivers import Waiver
from tealform.settings.errors import Location, Problem

CLEAN, FINDINGS, BROKEN = 0, 1, 2


@dataclass(frozen=True)
class LocatedFinding:
    """A finding with all that its reader needs.

    ``setting`` is what would mend it in environment.hcl, like ``service.web.release.approval``; empty where there is
    none. ``location`` is where that stands, else where the resource stands in the generated file, or what was scanned.
    """

    scope: str
    finding: Finding
    rule: Rule
    setting: str
    location: Location


@dataclass(frozen=True)
class GateResult:
    """``scope`` is an environment's name, or ``artifacts``.

    ``judged`` counts for each rule how many resources or files it judged. ``left`` has to be mended, ``waived`` is
    accepted; ``lapsed`` are waivers that no longer hold (expired, unused), and ``mistakes`` the reasons why the gate
    cannot judge.
    """

    scope: str
    judged: Mapping[str, int]
    left: tuple[LocatedFinding, ...] = ()
    waived: tuple[tuple[LocatedFinding, Waiver], ...] = ()
    lapsed: tuple[Problem, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def checks(self) -> int:
        """How many times a rule judged something."""
        return sum(self.judged.values())

    @property
    def exit_code(self) -> int:
        """2 if it could not be judged, else 1 if something is left to do, else 0."""
        if self.mistakes:
            return BROKEN
        return FINDINGS if self.left or self.lapsed else CLEAN
