"""Which rules object to a mutant, and would not to the good environment.

Our own rules are asked first, for they answer in milliseconds. checkov needs seconds for each environment of
production's size, so it is asked about what they let pass, and last of all its search for secrets in texts. Every
mutant is a whole environment to each of them: what a check says of one resource depends on those around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tealform.errors import TealformError
from tealform.policy import checkov_input, secret_scan
from tealform.policy.checkov_input import Stack
from tealform.policy.environment import Environment
from tealform.policy.scanned_files import Text, Texts
from tealform.settings.loader import GENERATED
from tealform_harness.mutation import good, scans, signs
from tealform_harness.mutation.mutant import Mutant
from tealform_harness.mutation.signs import UNJUDGED, Signs

Say = Callable[[str], None]
Caught = Mapping[str, tuple[str, ...]]
"""The rules that object, by the ids of mutants."""


@dataclass(frozen=True)
class Case:
    """An environment to judge: the good one of the name ``good``, whose ``id`` is that too, or a mutant of it."""

    id: str
    good: str
    environment: Environment


_Look = Callable[[Sequence[Case]], Mapping[str, Signs]]


def judge(root: Path, mutants: Sequence[Mutant], say: Say) -> Caught:
    """Judges mutants of the environments of the project in ``root``; ``say`` is told what takes a while.

    Raises ``TealformError`` if an environment that a mutant is of is not there, or if the gate cannot judge it.
    """
    return _judge(root, mutants, (_our_rules, partial(_checkov, say=say), _secrets))


def judge_by_our_rules(root: Path, mutants: Sequence[Mutant]) -> Caught:
    """The same by our own rules alone."""
    return _judge(root, mutants, (_our_rules,))


def _judge(root: Path, mutants: Sequence[Mutant], looks: Iterable[_Look]) -> Caught:
    found = {name: good.read(root, name) for name in sorted({each.environment for each in mutants})}
    unchanged = [Case(name, name, environment) for name, environment in found.items()]
    left = [_mutated(each, found[each.environment]) for each in mutants]
    caught: dict[str, tuple[str, ...]] = {}
    for look in looks:
        if left:
            said = look([*unchanged, *left])
            _believable(said[name] for name in found)
            new = {each.id: said[each.id] - said[each.good] for each in left}
            caught |= {name: signs.rules(objections) for name, objections in new.items() if objections}
            left = [each for each in left if not new[each.id]]
    return caught


def _mutated(mutant: Mutant, environment: Environment) -> Case:
    document = mutant.applied(dict(environment.document))
    changed = Environment(environment.name, document, protected=environment.production)
    return Case(mutant.id, mutant.environment, changed)


def _believable(good: Iterable[Signs]) -> None:
    for said in good:
        if unjudged := [what for rule, what in sorted(said) if rule == UNJUDGED]:
            raise TealformError("what is to be changed cannot be judged itself:\n" + "\n".join(unjudged))


def _our_rules(cases: Sequence[Case]) -> dict[str, Signs]:
    return {each.id: signs.of_our_rules(each.environment) for each in cases}


def _checkov(cases: Sequence[Case], say: Say) -> dict[str, Signs]:
    said: dict[str, Signs] = {}
    readable: list[Stack] = []
    for each in cases:
        try:
            readable.append(checkov_input.from_document(each.id, each.environment.document))
        except TealformError as error:
            said[each.id] = frozenset({(UNJUDGED, str(error))})
    say(
        f"mutation: asking checkov about {len(cases)} environments; what it has not seen yet takes a second or more each"
    )
    return said | {scan.environment: signs.of_scan(scan) for scan in scans.scan(readable)}


def _secrets(cases: Sequence[Case]) -> dict[str, Signs]:
    return {scan.environment: signs.of_scan(scan) for scan in secret_scan.scan([_texts(each) for each in cases])}


def _texts(case: Case) -> Texts:
    folder = Path("environments", case.id)
    text = Text(folder / GENERATED, checkov_input.from_document(case.id, case.environment.document).text)
    return Texts(case.id, folder, (text,), (), frozenset())
