"""Which checks must have judged which resources, so that one that looked away is not taken for one that passed.

checkov 3.3.30 logs a check that raises and goes on without its result, leaves out what a check calls unknown (all
of IAM's for a statement with ``condition: []``), and skips its own checks that cannot be imported. So
``coverage.json`` has, for each type of resource, the checks that judged every one of them in the shipped
environments and in an example of each option: they must judge every one in any environment.
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
"""Pairs of a check and the address of a resource that it judged."""


def find_missing(addresses: Iterable[str], judged: Judged) -> Iterator[str]:
    """What should have judged the resources at ``addresses``, and did not: a sentence for each resource."""
    return _missing(addresses, judged, lambda kind: {*_builtin().get(kind, ()), *_ours(kind)})


def find_missing_own(addresses: Iterable[str], judged: Judged) -> Iterator[str]:
    """The same of our own policies alone, which ask the same of a plan as of what was generated; checkov's do not."""
    return _missing(addresses, judged, _ours)


def _missing(addresses: Iterable[str], judged: Judged, checks: Callable[[str], set[str]]) -> Iterator[str]:
    made = _by_address(judged)
    for address in sorted(addresses):
        wanted = checks(kind_of(address))
        if left_out := sorted(wanted - made[address]):
            yield f"checkov has no result of {', '.join(left_out)} for {address}, so it did not look at all of it"


def learn(scans: Iterable[tuple[Iterable[str], Judged]]) -> dict[str, list[str]]:
    """The checks that judged every resource of a type, by type; a scan is the addresses that there were, and what judged them."""
    by_type: dict[str, list[frozenset[str]]] = defaultdict(list)
    for addresses, judged in scans:
        made = _by_address(judged)
        for address in addresses:
            by_type[kind_of(address)].append(made[address])
    ours = {each.rule.id for each in list_yaml_rules()}
    always = {kind: frozenset.intersection(*found) - ours for kind, found in by_type.items()}
    return {kind: sorted(checks) for kind, checks in sorted(always.items()) if checks}


def kind_of(address: str) -> str:
    """The type of the resource at an address: ``data.aws_iam_policy_document`` for such a data source."""
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
    """The checks that must judge every resource of a type, of those that come with checkov."""
    known: Mapping[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return known
