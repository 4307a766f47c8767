"""The table of mutants: that each is a change, could be applied, and is told in whole sentences."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from tealform.policy.environment import references
from tealform.synth import terraform_json
from tealform_harness.mutation import good, mutants
from tealform_harness.mutation.mutant import Mutant
from tests.inventory import ROOT

ALL = mutants.all_mutants()


@functools.cache
def _document(name: str) -> dict[str, Any]:
    return dict(good.read(ROOT, name).document)


def test_there_are_many_in_every_area() -> None:
    # The first number is what a gate should be tried with at least, the second what an area is one for.
    assert len(ALL) >= 60
    assert min(map(len, mutants.by_area().values())) >= 5


def test_ids_are_unique() -> None:
    assert len({each.id for each in ALL}) == len(ALL)


@pytest.mark.parametrize("area", mutants.by_area())
def test_mutants_change_their_environment_and_refer_to_nothing_that_is_not_there(area: str) -> None:
    for mutant in mutants.by_area()[area]:
        document = mutant.applied(_document(mutant.environment))
        resources = list(terraform_json.resources(document))
        waited_for = {name for each in resources for name in each.body.get("depends_on") or []}
        lost = {*references(document), *waited_for} - {each.address for each in resources}
        assert not lost, f"{mutant.id} refers to {lost}"


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.id)
def test_mutant_is_told_in_sentences(mutant: Mutant) -> None:
    assert not mutant.title.endswith(".")
    assert mutant.harm.endswith(".")
    assert not mutant.blind or (mutant.blind.endswith(".") and len(mutant.blind) > 40)


def test_good_environment_stays_as_it_is() -> None:
    before = json.dumps(_document("prod"))
    next(each for each in ALL if each.environment == "prod").applied(_document("prod"))
    assert json.dumps(_document("prod")) == before


def test_change_that_changes_nothing_is_an_error() -> None:
    idle = Mutant("idle", "nothing was done", "None.", "dev", lambda document: None)
    with pytest.raises(ValueError, match="idle: changes nothing in dev"):
        idle.applied(_document("dev"))
