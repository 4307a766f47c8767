"""The result of the gate for one scope: an environment, or the release contract in artifacts/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tealform.policy.rule import Finding, Rule
from tealform.policy.waivers import Waiver
from tealform.settings.errors import Location, Problem

CLEAN, FINDINGS, BROKEN = 0, 1, 2
"""Exit codes: nothing to do, something to do, could not be checked."""

ARTIFACTS = "artifacts"
"""The scope that is the release contract, and no environment."""


@dataclass(frozen=True)
class LocatedFinding:
    """A finding with all that its reader needs.

    ``setting`` is the setting of environment.hcl that fixes it, like ``service.web.release.approval``; empty if there is
    none. ``location`` is the line of that setting, else of the resource in the generated file or of the scanned text.
    """

    scope: str
    finding: Finding
    rule: Rule
    setting: str
    location: Location


@dataclass(frozen=True)
class GateResult:
    """The findings in one scope, which is an environment's name or ``artifacts``.

    ``judged`` counts for each rule how many resources or files it checked. ``remaining`` findings must be fixed,
    ``waived`` ones are accepted. ``lapsed`` are waivers that no longer hold (expired, unused), ``mistakes`` the reasons
    why the gate cannot check the scope.
    """

    scope: str
    judged: Mapping[str, int]
    remaining: tuple[LocatedFinding, ...] = ()
    waived: tuple[tuple[LocatedFinding, Waiver], ...] = ()
    lapsed: tuple[Problem, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def checks(self) -> int:
        """How many times a rule checked something."""
        return sum(self.judged.values())

    @property
    def exit_code(self) -> int:
        """``BROKEN`` if the scope could not be checked, else ``FINDINGS`` if something must be done, else ``CLEAN``."""
        if self.mistakes:
            return BROKEN
        return FINDINGS if self.remaining or self.lapsed else CLEAN


def worst_exit_code(results: Iterable[GateResult]) -> int:
    """Return the worst exit code; ``BROKEN`` without results, because then nothing was checked."""
    return max((result.exit_code for result in results), default=BROKEN)
