"""What each role may do is written down, for every option: docs/permissions.md."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import environments
from harness.permissions import examples, page, policies
from harness.permissions.policies import Permissions, Statement
from tests.inventory import ROOT

# In one process: the examples that both files look at take a while to generate.
pytestmark = pytest.mark.xdist_group("permissions")

Allowed = tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str], ...]]


@functools.cache
def made() -> str:
    return page.text()


def test_the_page_says_what_is_generated() -> None:
    committed = (ROOT / page.FILE).read_text(encoding="utf-8").splitlines()
    assert committed == made().splitlines(), "read what each new line allows, then run: make docs"


def test_no_name_of_the_examples_is_left_on_the_page() -> None:
    for name in (examples.ACCOUNT, examples.TOOLS_ACCOUNT, examples.REGION, "projname", "envname", "svcname"):
        assert name not in made()


def sids(file: Path) -> Iterator[str]:
    """The names of statements that a module makes, as far as they are written out in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            named = [keyword.value for keyword in node.keywords if keyword.arg == "sid"]
            if isinstance(node.func, ast.Name) and node.func.id == "Statement":
                named = named or node.args[:1]
            yield from (str(each.value) for each in named if isinstance(each, ast.Constant))


def test_every_statement_that_a_module_can_make_is_on_the_page() -> None:
    """Without an example for its option, a statement would be allowed and not written down."""
    known = {each.sid for document in examples.generated().values() for each in statements(document)}
    for file in (ROOT / "modules").rglob("*.py"):
        for sid in sids(file):
            assert sid in known, f"{file.relative_to(ROOT)}: no example in harness/permissions/examples.py makes {sid}"


def statements(document: dict[str, object]) -> list[Statement]:
    return [statement for policy in policies.read(document) for statement in policy.statements]


def allowed(permissions: Permissions, services: tuple[str, ...]) -> Iterator[Allowed]:
    """What each statement is about, with one name for whichever service."""
    for policy in permissions:
        owner = policy.owner
        for service in services:
            owner = owner.replace(f"-{service}_", "-svcname_")
        for each in policy.statements:
            conditions = tuple((condition.test, condition.variable) for condition in each.conditions)
            yield owner, each.sid, each.effect, each.actions, conditions


@pytest.mark.parametrize("name", environments.names(ROOT))
def test_a_shipped_environment_allows_nothing_that_is_not_on_the_page(name: str) -> None:
    known = {
        each for document in examples.generated().values() for each in allowed(policies.read(document), ("svcname",))
    }
    shipped = policies.read(environments.document(ROOT / "environments" / name))
    found = list(allowed(shipped, ("web", "api")))
    assert found
    assert [each for each in found if each not in known] == []
