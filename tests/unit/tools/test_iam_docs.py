"""What each role may do is written down, for every option: docs/permissions.md. And it passes the checks of policies."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tealform.policy.iam import policy_reader
from tealform.policy.iam.allowlist import EXEMPTIONS
from tealform.policy.iam.lint import LintResult, lint
from tealform.policy.iam.policy_reader import Permissions, PolicyStatement
from tealform.synth import environments
from tests.inventory import ROOT
from tools import iam_docs, iam_examples

# An environment for each option takes a while. What is shipped is checked by make test as well: tests/invariants.
pytestmark = [pytest.mark.slow, pytest.mark.long_file]

Allowed = tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str], ...]]


@functools.cache
def made() -> str:
    return iam_docs.text()


def test_the_page_says_what_is_generated() -> None:
    committed = (ROOT / iam_docs.FILE).read_text(encoding="utf-8").splitlines()
    assert committed == made().splitlines(), "read what each new line allows, then run: make docs"


def test_no_name_of_the_examples_is_left_on_the_page() -> None:
    for name in (
        iam_examples.ACCOUNT,
        iam_examples.TOOLS_ACCOUNT,
        iam_examples.REGION,
        "projname",
        "envname",
        "svcname",
    ):
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
    known = {each.sid for document in iam_examples.generated().values() for each in statements(document)}
    # Whoever runs Terraform is on the page about state, and checked in tests/unit/bootstrap.
    files = set((ROOT / "modules").rglob("*.py")) - set((ROOT / "modules" / "tealform" / "bootstrap").rglob("*.py"))
    for file in sorted(files):
        for sid in sids(file):
            assert sid in known, f"{file.relative_to(ROOT)}: no example in tools/iam_examples.py makes {sid}"


def statements(document: dict[str, object]) -> list[PolicyStatement]:
    return [statement for policy in policy_reader.read(document) for statement in policy.statements]


def allowed(permissions: Permissions, services: tuple[str, ...]) -> Iterator[Allowed]:
    """What each statement is about, with one name for whichever service."""
    for policy in permissions:
        owner = policy.owner
        for service in services:
            owner = owner.replace(f"-{service}_", "-svcname_")
        for each in policy.statements:
            conditions = tuple((condition.test, condition.variable) for condition in each.conditions)
            yield owner, each.sid, each.effect, each.actions, conditions


@pytest.mark.parametrize("name", environments.list_names(ROOT))
def test_a_shipped_environment_allows_nothing_that_is_not_on_the_page(name: str) -> None:
    known = {
        each
        for document in iam_examples.generated().values()
        for each in allowed(policy_reader.read(document), ("svcname",))
    }
    shipped = policy_reader.read(environments.load_document(ROOT / "environments" / name))
    found = list(allowed(shipped, ("web", "api")))
    assert found
    assert [each for each in found if each not in known] == []


@functools.cache
def outcomes() -> dict[str, LintResult]:
    """What the checks say of each example and of each shipped environment."""
    found = {
        f"{example.name} with {example.options}": document for example, document in iam_examples.generated().items()
    }
    found |= {name: environments.load_document(ROOT / "environments" / name) for name in environments.list_names(ROOT)}
    return {name: lint(policy_reader.read(document)) for name, document in found.items()}


def test_every_generated_policy_passes() -> None:
    assert {
        name: [str(each) for each in outcome.violations] for name, outcome in outcomes().items() if outcome.violations
    } == {}


def test_policies_were_looked_at_everywhere() -> None:
    assert len(outcomes()) == len(iam_examples.EXAMPLES) + len(environments.list_names(ROOT))
    for name, outcome in outcomes().items():
        # Key and bucket for access logs are everywhere.
        assert outcome.policies > 2, name
        assert outcome.statements > outcome.policies, name


def test_every_exception_is_needed_and_has_a_reason_that_is_a_sentence() -> None:
    used = frozenset[object]().union(*(outcome.used for outcome in outcomes().values()))
    assert [each for each in EXEMPTIONS if each not in used] == []
    assert [each for each in EXEMPTIONS if len(each.reason.split()) < 5] == []
