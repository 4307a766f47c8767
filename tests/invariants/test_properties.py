"""Any settings are either refused with a reason and a line, or become Terraform in which all invariants are true.

The same environments are tried on each machine. ``HYPOTHESIS_PROFILE=long python -m pytest tests/invariants`` tries many
more, other ones each time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from tealform.policy import rule_catalog, scanner
from tealform.policy.environment import Environment
from tealform.settings import hcl_reader, loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.source import Connected
from tealform.synth.synthesis import synthesize
from tests import support
from tests.invariants.assertions import project_violations, violations
from tests.invariants.examples import Example, broken_environments, environments, free_environments, projects
from tests.inventory import ENVIRONMENTS, generated

pytestmark = pytest.mark.long_file

# Batches of generated environments, and environments that are read alone.
_BATCHES, _READ = {"quick": (8, 40), "long": (150, 5000)}[os.environ.get("HYPOTHESIS_PROFILE", "quick")]
_ALWAYS_THE_SAME = "HYPOTHESIS_PROFILE" not in os.environ

# They become stacks of one app, with those of a project: to start it takes longer than the fourth stack.
_NAMES = ("e-2", "s")

# Hypothesis begins with the simplest example that there is: of few batches, one would try next to nothing.
_NOT_THE_SIMPLEST = st.integers(0, 10**6).filter(bool)

_ACCEPTED = 0.6
_KINDS = {
    *("application", "network", "CreatedNetwork", "ExistingNetwork"),
    *("codedeploy", "ecs", "all_at_once", "canary", "linear"),
    *("codecommit", "s3", "connection", "promotion", "pipelines elsewhere"),
}


@pytest.fixture(autouse=True)
def _no_constants_of_loaded_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Try the same examples whatever else runs: Hypothesis draws constants from all modules that are loaded."""
    if _ALWAYS_THE_SAME:
        monkeypatch.setattr(providers.HypothesisProvider, "_local_constants", Constants())
    providers.CONSTANTS_CACHE.cache.clear()
    yield
    providers.CONSTANTS_CACHE.cache.clear()


def make_profile(examples: int) -> hypothesis_settings:
    """Return settings without shrinking: an example that fails is printed as its file, which is short enough to cut by hand."""
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=_ALWAYS_THE_SAME,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def load_all(example: Example) -> dict[str, LoadedEnvironment]:
    """Load the environments and return the settings of those that are not refused; any other exception is our mistake."""
    accepted = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "environments")
        for name, text in example.own.items():
            (folder / name).mkdir(parents=True)
            (folder / name / loader.FILE).write_text(text, encoding="utf-8")
        if example.common is not None:
            (folder / loader.COMMON).write_text(example.common, encoding="utf-8")
        for name in example.values:
            try:
                accepted[name] = loader.load(folder, name)
            except SettingsError as error:
                check_refusal(error, example)
    return accepted


def check_refusal(error: SettingsError, example: Example) -> None:
    """Check that each problem is one line: an existing file, a line that it has, and what is wrong."""
    texts = {f"environments/{name}/environment.hcl": own for name, own in example.own.items()}
    texts["environments/common.hcl"] = example.common or ""
    lines = str(error).splitlines()
    assert error.problems
    assert len(lines) == len(error.problems), (lines, example)
    for problem, line in zip(error.problems, lines, strict=True):
        file, number, message = line.split(":", 2)
        assert file in texts, line
        # An unexpected end of file has a line of its own.
        assert 1 <= int(number) <= len(texts[file].split("\n")), (line, example)
        assert message.strip(), line
        assert problem.message.strip(), line


def synthesize_all(accepted: list[LoadedEnvironment]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as scratch:
        return synthesize(accepted, Path(scratch))


def list_kinds(settings: LoadedEnvironment) -> Iterator[str]:
    """Yield what an environment is an example of."""
    environment = settings.environment
    if environment.pipelines_in:
        yield "pipelines elsewhere"
    if environment.service:
        yield environment.load_balancer.type
        yield type(environment.network).__name__
    for service in environment.service.values():
        yield service.release.engine
        yield service.release.strategy
        yield "connection" if isinstance(service.source, Connected) else service.source.kind


def list_unprovoked(name: str, document: support.Body) -> Iterator[str]:
    """Yield the findings of the policy gate that no setting explains."""
    evaluation = scanner.evaluate_rules(Environment(name, document))
    yield from evaluation.mistakes
    yield from (str(found) for found in evaluation.findings if not rule_catalog.rule_of(found).setting)


@pytest.mark.parametrize("batches", [_BATCHES, pytest.param(2 * _BATCHES, marks=pytest.mark.slow)])
def test_accepted_settings_become_terraform_in_which_the_invariants_are_true(batches: int) -> None:
    count: Counter[str] = Counter()

    @make_profile(batches)
    @given(_NOT_THE_SIMPLEST, st.tuples(*map(environments, _NAMES), projects()))
    def holds(_: int, batch: tuple[Example, ...]) -> None:
        accepted = [(example, load_all(example)) for example in batch]
        all_settings = [settings for _, each in accepted for settings in each.values()]
        count.update(tried=sum(len(example.values) for example in batch), accepted=len(all_settings))
        texts = synthesize_all(all_settings) if all_settings else {}
        for settings in all_settings:
            count.update(list_kinds(settings))
        for example, each in accepted:
            documents = {name: json.loads(texts[name]) for name in each}
            # If one environment was refused, the others miss it.
            whole = documents if len(documents) == len(example.values) else {}
            found = [line for document in documents.values() for line in violations(document)]
            found += [line for name, document in documents.items() for line in list_unprovoked(name, document)]
            found += project_violations(whole)
            assert not found, "\n".join([*found, repr(example)])

    holds()
    assert count["accepted"] >= _ACCEPTED * count["tried"], f"most were refused, which proves nothing: {count}"
    few = batches <= _BATCHES
    assert few or count.keys() >= _KINDS, f"nothing of a whole kind was tried: {_KINDS - count.keys()}"


def test_mistakes_are_refused_with_a_line_and_a_message() -> None:
    count: Counter[bool] = Counter()

    @make_profile(_READ)
    @given(st.one_of(free_environments("dev"), broken_environments("dev")))
    def holds(example: Example) -> None:
        count[not load_all(example)] += 1

    holds()
    assert count[True] >= _ACCEPTED * count.total(), f"hardly any was refused, which proves nothing: {count}"


def test_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "environment.hcl"

    @make_profile(_READ // 2)
    @given(free_environments("dev"))
    def holds(example: Example) -> None:
        whole = Example(example.values)
        file.write_text(whole.own["dev"], encoding="utf-8")
        document = hcl_reader.read(file, file)
        assert not document.problems, whole
        assert document.values == whole.values["dev"], whole

    holds()


@pytest.mark.parametrize(
    "service",
    [
        f'release {{\n alarms {{\n names = ["{"a" * 252}$${{}}"]\n }}\n }}',
        f'source "codecommit" {{\n branch = "{"a" * 253}$${{}}"\n }}',
        f'health_check {{\n path = "/{"a" * 1020}$${{}}"\n }}',
    ],
    ids=["alarm", "branch", "path"],
)
def test_text_that_terraform_would_evaluate_may_be_as_long_as_any_other(service: str) -> None:
    assert "a$${}" in str(support.settings(support.environment(service)).environment)


@pytest.mark.parametrize("name", loader.list_environments(ENVIRONMENTS))
def test_invariants_are_true_in_the_shipped_environments(name: str) -> None:
    assert violations(generated(name)) == []
