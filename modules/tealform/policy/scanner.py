"""Everything that looks at generated Terraform: checkov, our own rules, and the scan of texts for secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tealform.errors import TealformError
from tealform.policy import checkov, checkov_input, engine, handwritten_terraform, rules, scanned_files, secret_scan
from tealform.policy.cache import Cache
from tealform.policy.cache import rules as cached_rules
from tealform.policy.checkov import Scan
from tealform.policy.checkov_input import Stack
from tealform.policy.engine import Evaluation
from tealform.policy.environment import Environment
from tealform.policy.finding import Finding
from tealform.policy.iam import adapter as iam
from tealform.settings import loader

_T = TypeVar("_T")

ARTIFACTS = "artifacts"
"""The scope that the release contract is, beside the environments."""


@dataclass(frozen=True)
class Scanned:
    """What was found in one scope: an environment, or ``artifacts``.

    ``judged`` are pairs of a rule and what it judged. ``mistakes`` say what could not be judged; then a waiver that
    matches nothing may be one for what was not looked at.
    """

    judged: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    mistakes: tuple[str, ...] = ()


def scan(root: Path, folders: Sequence[Path], say: Callable[[str], None]) -> dict[str, Scanned]:
    """Scans each environment in ``folders`` and, if it is one of them, ``artifacts/`` of the project in ``root``.

    ``say`` is told what will take a while. Raises ``TealformError`` if checkov cannot be run, or not be believed.
    """
    cache = Cache(root)
    with ThreadPoolExecutor(max_workers=2) as pool:
        looking = pool.submit(_texts, root, folders, cache)
        stacks, broken = _stacks([folder for folder in folders if folder.name != ARTIFACTS])
        generated = {scan.environment: scan for scan in _checkov(root, stacks, cache, say)}
        found = {scan.environment: scan for scan in looking.result()}
    ours = {each.environment: _ours(root, each, cache) for each in stacks}
    return {
        folder.name: broken.get(folder.name)
        or _together(ours.get(folder.name), [generated.get(folder.name), found.get(folder.name)])
        for folder in folders
    }


def environment_of(root: Path, name: str, document: Mapping[str, Any]) -> Environment:
    """The environment as rules see it; one whose settings do not say that it is unprotected is protected."""
    said = loader.written(root / "environments", name)
    return Environment(name, document, protected=said is None or said.values.get("protected", False) is not False)


def ours(environment: Environment) -> Evaluation:
    """What our own rules, and those on policies, say of an environment."""
    return _joined(engine.evaluate(environment, rules.checks()), iam.evaluate(environment))


def _joined(one: Evaluation, other: Evaluation) -> Evaluation:
    return Evaluation([*one.judged, *other.judged], [*one.findings, *other.findings], [*one.mistakes, *other.mistakes])


def _stacks(folders: Iterable[Path]) -> tuple[list[Stack], dict[str, Scanned]]:
    stacks, broken = [], {}
    for folder in folders:
        try:
            stacks.append(checkov_input.read_stack(folder))
        except TealformError as error:
            broken[folder.name] = Scanned(mistakes=(str(error),))
    return stacks, broken


def _checkov(root: Path, stacks: Sequence[Stack], cache: Cache, say: Callable[[str], None]) -> list[Scan]:
    def scan(new: list[Stack]) -> list[Scan]:
        say(f"policy: scanning {', '.join(each.environment for each in new)} with checkov, about ten seconds")
        return checkov.scan(root, new)

    return _cached(cache, stacks, lambda each: (each.environment, each.text), scan)


def _texts(root: Path, folders: Sequence[Path], cache: Cache) -> list[Scan]:
    found = [scanned_files.read(root, folder) for folder in folders]
    return _cached(cache, found, lambda each: (each.scope, each.key), lambda new: secret_scan.scan(root, new))


def _cached(
    cache: Cache,
    all_: Sequence[_T],
    key: Callable[[_T], tuple[str, ...]],
    scan: Callable[[list[_T]], list[Scan]],
) -> list[Scan]:
    """The scans of all, of which those are made now that are not known yet."""
    known = {key(each): found for each in all_ if (found := cache.get(*key(each)))}
    if new := [each for each in all_ if key(each) not in known]:
        for each, made in zip(new, scan(new), strict=True):
            cache.put(made, *key(each))
            known[key(each)] = made
    return [known[key(each)] for each in all_]


def _ours(root: Path, read: Stack, cache: Cache) -> Evaluation:
    beside = handwritten_terraform.evaluate(root / "environments" / read.environment)
    return _joined(_known(environment_of(root, read.environment, read.document), cache), beside)


def _known(environment: Environment, cache: Cache) -> Evaluation:
    """What our own rules say; what they have said of the same is known again, as long as they could judge all of it."""
    key = (cached_rules(), environment.name, str(environment.production), json.dumps(environment.document))
    if known := cache.get(*key):
        return Evaluation(list(known.judged), list(known.findings))
    made = ours(environment)
    cache.put(Scan(environment.name, tuple(made.judged), tuple(made.findings), missing=tuple(made.mistakes)), *key)
    return made


def _together(evaluation: Evaluation | None, scans: Iterable[Scan | None]) -> Scanned:
    made = [each for each in scans if each]
    own = evaluation or Evaluation()
    findings = [*own.findings, *(finding for each in made for finding in each.findings)]
    said = [each.blind for each in made if each.blind] + [line for each in made for line in each.missing]
    return Scanned(
        (*own.judged, *(pair for each in made for pair in each.judged)),
        tuple(sorted(set(findings), key=lambda each: (each.check, each.address, each.path, each.message))),
        (*said, *own.mistakes),
    )
