"""Runs everything that checks generated Terraform: checkov, our own rules, and the scan of texts for secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.policy import check, checkov, checkov_input, handwritten_terraform, rules, scanned_files, secret_scan
from tealform.policy.cache import Cache
from tealform.policy.cache import digest_code as cached_rules
from tealform.policy.check import Evaluation
from tealform.policy.checkov import Scan
from tealform.policy.checkov_input import Stack
from tealform.policy.environment import Environment
from tealform.policy.iam import lint
from tealform.policy.rule import Finding
from tealform.settings import loader

_T = TypeVar("_T")

ARTIFACTS = "artifacts"
"""The scope that the release contract is, beside the environments."""


@dataclass(frozen=True)
class Scanned:
    """The findings in one scope: an environment, or ``artifacts``.

    ``judged`` are pairs of a rule and what it checked. ``mistakes`` say what could not be checked; then a waiver that
    matches nothing may be one for what was not scanned.
    """

    judged: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    mistakes: tuple[str, ...] = ()


def scan(root: Path, folders: Sequence[Path], echo: Echo) -> dict[str, Scanned]:
    """Scan each environment in ``folders`` and, if it is one of them, ``artifacts/`` of the project in ``root``.

    ``echo`` gets a line before what takes a while. Raises ``TealformError`` if checkov cannot run or is not reliable.
    """
    cache = Cache()
    with ThreadPoolExecutor(max_workers=2) as pool:
        looking = pool.submit(_texts, root, folders, cache)
        stacks, broken = _stacks([folder for folder in folders if folder.name != ARTIFACTS])
        generated = {scan.environment: scan for scan in _checkov(stacks, cache, echo)}
        found = {scan.environment: scan for scan in looking.result()}
    ours = {each.environment: _ours(root, each, cache) for each in stacks}
    return {
        folder.name: broken.get(folder.name)
        or _together(ours.get(folder.name), [generated.get(folder.name), found.get(folder.name)])
        for folder in folders
    }


def load_environment(root: Path, name: str, document: Mapping[str, Any]) -> Environment:
    """Return the environment as rules see it; it is protected unless its settings say that it is not."""
    written = loader.read_values(root / "environments", name)
    protected = written is None or written.values.get("protected", False) is not False
    return Environment(name, document, protected=protected)


def evaluate_rules(environment: Environment) -> Evaluation:
    """Evaluate our own rules, and those on IAM policies, on an environment."""
    return check.evaluate(environment, rules.checks()) + lint.evaluate_policies(environment)


def _stacks(folders: Iterable[Path]) -> tuple[list[Stack], dict[str, Scanned]]:
    stacks, broken = [], {}
    for folder in folders:
        try:
            stacks.append(checkov_input.read_stack(folder))
        except TealformError as error:
            broken[folder.name] = Scanned(mistakes=(str(error),))
    return stacks, broken


def _checkov(stacks: Sequence[Stack], cache: Cache, echo: Echo) -> list[Scan]:
    def scan(new: list[Stack]) -> list[Scan]:
        echo(f"policy: scanning {', '.join(each.environment for each in new)} with checkov, about ten seconds")
        return checkov.scan(new)

    return _cached(cache, stacks, lambda each: (each.environment, each.text), scan)


def _texts(root: Path, folders: Sequence[Path], cache: Cache) -> list[Scan]:
    found = [scanned_files.read_texts(root, folder) for folder in folders]
    return _cached(cache, found, lambda each: (each.scope, each.key), secret_scan.scan)


def _cached(
    cache: Cache, all_: Sequence[_T], key: Callable[[_T], tuple[str, ...]], scan: Callable[[list[_T]], list[Scan]]
) -> list[Scan]:
    """Return the scans of all, scanning those that are not in the cache."""
    known = {key(each): found for each in all_ if (found := cache.get(*key(each)))}
    if new := [each for each in all_ if key(each) not in known]:
        for each, made in zip(new, scan(new), strict=True):
            cache.put(made, *key(each))
            known[key(each)] = made
    return [known[key(each)] for each in all_]


def _ours(root: Path, stack: Stack, cache: Cache) -> Evaluation:
    environment = load_environment(root, stack.environment, stack.document)
    handwritten = handwritten_terraform.evaluate(root / "environments" / stack.environment)
    return _cached_ours(environment, cache) + handwritten


def _cached_ours(environment: Environment, cache: Cache) -> Evaluation:
    """Evaluate our own rules; an evaluation without mistakes is cached."""
    key = (cached_rules(), environment.name, str(environment.production), json.dumps(environment.document))
    if known := cache.get(*key):
        return Evaluation(list(known.judged), list(known.findings))
    made = evaluate_rules(environment)
    cache.put(Scan(environment.name, tuple(made.judged), tuple(made.findings), missing=tuple(made.mistakes)), *key)
    return made


def _together(evaluation: Evaluation | None, scans: Iterable[Scan | None]) -> Scanned:
    made = [each for each in scans if each]
    own = evaluation or Evaluation()
    findings = [*own.findings, *(finding for each in made for finding in each.findings)]
    mistakes = [each.blind for each in made if each.blind] + [line for each in made for line in each.missing]
    return Scanned(
        (*own.judged, *(pair for each in made for pair in each.judged)),
        tuple(sorted(set(findings), key=lambda each: (each.check, each.address, each.path, each.message))),
        (*mistakes, *own.mistakes),
    )
