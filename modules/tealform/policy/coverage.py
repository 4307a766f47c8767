"""Which checks must have a result for which resources, so that a check that did not run does not count as passed.

checkov 3.3.30 logs a check that raises and goes on without its result, leaves out what a check calls unknown (all of IAM's
for a statement with ``condition: []``), and skips its own checks that cannot be imported. So ``coverage.json`` has, for each
type of resource, the checks that had a result for every one in the shipped environments and in an example of each option:
they must have one for every resource in any environment.
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files

from tealform.policy.rule_catalog import list_yaml_rules

FILE = files("tealform.policy") / "coverage.json"

Judged = Iterable[tuple[str, str]]
"""Pairs of a check and the address of a resource that it checked."""


def find_missing(addresses: Iterable[str], judged: Judged) -> Iterator[str]:
    """Yield a sentence for each of the ``addresses`` that lacks results of checks that must have one."""
    return _missing(addresses, judged, lambda kind: {*_builtin().get(kind, ()), *_ours(kind)})


def find_missing_own(addresses: Iterable[str], judged: Judged) -> Iterator[str]:
    """Do the same for our own policies alone, which check a plan like generated Terraform; checkov's do not."""
    return _missing(addresses, judged, _ours)


def _missing(addresses: Iterable[str], judged: Judged, checks: Callable[[str], set[str]]) -> Iterator[str]:
    made = _by_address(judged)
    for address in sorted(addresses):
        wanted = checks(kind_of(address))
        if left_out := sorted(wanted - made[address]):
            yield f"checkov has no result of {', '.join(left_out)} for {address}, so it did not look at all of it"


def learn(scans: Iterable[tuple[Iterable[str], Judged]]) -> dict[str, list[str]]:
    """Return, by type, the checks with a result for every resource of the type; a scan is its addresses and results."""
    by_type: dict[str, list[frozenset[str]]] = defaultdict(list)
    for addresses, judged in scans:
        made = _by_address(judged)
        for address in addresses:
            by_type[kind_of(address)].append(made[address])
    ours = {each.rule.id for each in list_yaml_rules()}
    always = {kind: frozenset.intersection(*found) - ours for kind, found in by_type.items()}
    return {kind: sorted(checks) for kind, checks in sorted(always.items()) if checks}


def kind_of(address: str) -> str:
    """Return the type of the resource at an address, like ``data.aws_iam_policy_document``."""
    return address.rpartition(".")[0]


def _by_address(judged: Judged) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for check, address in judged:
        found[address].add(check)
    return defaultdict(frozenset, {address: frozenset(checks) for address, checks in found.items()})


def _ours(kind: str) -> set[str]:
    return {each.rule.id for each in list_yaml_rules() if kind in each.types}


@functools.cache
def _builtin() -> Mapping[str, list[str]]:
    """Return checkov's own checks that must have a result for every resource, by type."""
    known: Mapping[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return known
