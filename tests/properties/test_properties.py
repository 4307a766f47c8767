"""Whatever somebody writes is either refused with a reason and a line, or becomes Terraform in which all invariants hold.

The same environments are tried on every machine. ``HYPOTHESIS_PROFILE=long python -m pytest tests/properties`` tries many
more, other ones each time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from modules.settings import hcl, load
from modules.settings.load import Settings
from modules.settings.problems import SettingsError
from modules.synthesis import synthesize
from tests import support
from tests.inventory import ENVIRONMENTS, generated
from tests.properties.invariants import violations
from tests.properties.settings import Example, broken_environments, environments, free_environments

# Batches of generated environments, and environments that are read alone.
_BATCHES, _READ = {"quick": (4, 40), "long": (150, 5000)}[os.environ.get("HYPOTHESIS_PROFILE", "quick")]
_ALWAYS_THE_SAME = "HYPOTHESIS_PROFILE" not in os.environ

# They become stacks of one app: to start it takes longer than the fourth stack.
_NAMES = ("dev", "prod", "e-2", "s")

_ACCEPTED = 0.6
_KINDS = {
    *("application", "network", "CreatedNetwork", "ExistingNetwork"),
    *("codedeploy", "ecs", "all_at_once", "canary", "linear"),
}


def tried(examples: int) -> hypothesis_settings:
    """Without shrinking: an example that fails is printed as the file that it is, and is short enough to be cut by hand."""
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=_ALWAYS_THE_SAME,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def loaded(example: Example) -> Settings | None:
    """The settings, or none when they are refused as they should be; any other exception is a mistake of ours."""
    try:
        return support.settings(example.own, example.name, example.common)
    except SettingsError as refused:
        error = refused
    check_refusal(error, example)
    return None


def check_refusal(error: SettingsError, example: Example) -> None:
    """Each problem is one line: a file that there is, a line that it has, and what is wrong."""
    texts = {
        f"environments/{example.name}/environment.hcl": example.own,
        "environments/common.hcl": example.common or "",
    }
    lines = str(error).splitlines()
    assert error.problems
    assert len(lines) == len(error.problems), (lines, example)
    for problem, line in zip(error.problems, lines, strict=True):
        file, number, message = line.split(":", 2)
        assert file in texts, line
        # An end of file that nobody expected has a line of its own.
        assert 1 <= int(number) <= len(texts[file].split("\n")), (line, example)
        assert message.strip(), line
        assert problem.message.strip(), line


def synthesized(accepted: list[Settings]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as scratch:
        return synthesize(accepted, Path(scratch))


def test_what_is_accepted_becomes_terraform_in_which_the_invariants_hold() -> None:
    count: Counter[str] = Counter()

    @tried(_BATCHES)
    @given(st.tuples(*map(environments, _NAMES)))
    def holds(batch: tuple[Example, ...]) -> None:
        accepted = [(example, settings) for example in batch if (settings := loaded(example)) is not None]
        count.update(tried=len(batch), accepted=len(accepted))
        texts = synthesized([settings for _, settings in accepted]) if accepted else {}
        for example, settings in accepted:
            count.update({settings.environment.load_balancer.type: 1, type(settings.environment.network).__name__: 1})
            count.update(service.release.engine for service in settings.environment.service.values())
            count.update(service.release.strategy for service in settings.environment.service.values())
            found = violations(json.loads(texts[settings.name]))
            assert not found, "\n".join([*found, repr(example)])

    holds()
    assert count["accepted"] >= _ACCEPTED * count["tried"], f"most were refused, which proves nothing: {count}"
    assert count.keys() >= _KINDS, f"nothing of a whole kind was tried: {_KINDS - count.keys()}"


def test_what_is_wrong_is_refused_with_a_line_and_a_message() -> None:
    count: Counter[bool] = Counter()

    @tried(_READ)
    @given(st.one_of(free_environments("dev"), broken_environments("dev")))
    def holds(example: Example) -> None:
        count[loaded(example) is None] += 1

    holds()
    assert count[True] >= _ACCEPTED * count.total(), f"hardly any was refused, which proves nothing: {count}"


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "environment.hcl"

    @tried(_READ // 2)
    @given(free_environments("dev"))
    def holds(example: Example) -> None:
        whole = Example(example.name, example.values)
        file.write_text(whole.own, encoding="utf-8")
        document = hcl.read(file, file)
        assert not document.problems, whole
        assert document.values == whole.values, whole

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


@pytest.mark.parametrize("name", load.names(ENVIRONMENTS))
def test_the_invariants_hold_in_the_environments_that_are_shipped(name: str) -> None:
    assert violations(generated(name)) == []
