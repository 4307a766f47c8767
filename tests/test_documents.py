"""The documents say what is so."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tealform.policy import rule_catalog
from tealform.policy.check import evaluate
from tealform.policy.environment import Environment
from tealform.policy.finding_location import FindingLocator
from tealform.policy.reports import terminal
from tealform.policy.result import GateResult
from tealform.policy.rules.release_keeps_blue import CHECK
from tealform.service.ignored_changes import OWNED_BY_AUTOSCALING, OWNED_BY_CONTROLLER
from tests.inventory import ROOT
from tests.support import environment, mistakes, mistakes_among
from tests.unit.policy.rules.shipped import Json, document
from tools import rules_docs, settings_docs

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    fenced: list[tuple[str, str]] = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for name, block in fenced if name == language]


def test_the_environment_of_the_readme_is_valid() -> None:
    (example,) = blocks(README, "hcl")
    assert mistakes(example) == []


def test_the_settings_of_the_page_about_pipelines_are_valid() -> None:
    whole: list[str] = []
    parts: list[str] = []
    for block in blocks((ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8"), "hcl"):
        (whole if "project " in block else parts).append(block)
    tools, prod = whole
    assert mistakes_among({"tools": tools, "prod": prod}, "tools") == []
    assert mistakes_among({"tools": tools, "prod": prod}, "prod") == []
    chain = {"dev": environment(), "staging": environment(service='source "promotion" { environment = "dev" }')}
    assert len(parts) > 3
    for part in parts:
        text = environment(top=part) if "# beside the services" in part else environment(service=part)
        assert mistakes_among({**chain, "prod": text}, "prod") == [], part


def test_the_mistakes_of_the_readme_are_told_as_it_says() -> None:
    (shown,) = blocks(README, "")
    (example,) = blocks(README, "hcl")
    text = example.replace("  port        = 8080\n", "  port = 8080\n  cpu = 300\n").replace(
        "health_check", "health_chek"
    )
    said = [line.split(": ", 1)[1] for line in mistakes(text)]
    for line in shown.splitlines():
        expected = line.split(": ", 1)[1].removesuffix("…")
        assert any(each.startswith(expected) for each in said), said


def test_every_command_that_is_spoken_of_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {name for line in re.findall(r"^([a-z][a-z0-9 -]*):", makefile, re.MULTILINE) for name in line.split()}
    for file in DOCUMENTS:
        for name in re.findall(r"`make ([a-z0-9-]+)", file.read_text(encoding="utf-8")):
            assert name in targets, f"{file.name}: make {name}"


def test_commands_in_documents_are_in_the_table_of_the_readme() -> None:
    commands = set(re.findall(r"^\| `tealform (\w+)", README, re.MULTILINE))
    assert {"synth", "check", "plan", "apply", "show", "doctor"} <= commands
    for file in DOCUMENTS:
        for name in re.findall(r"(?:`|^ *)tealform ([a-z]\w*)", file.read_text(encoding="utf-8"), re.MULTILINE):
            assert name in commands, f"{file.name}: tealform {name}"


def test_every_file_that_is_spoken_of_exists() -> None:
    for file in DOCUMENTS:
        text = file.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
            assert (file.parent / link).exists(), f"{file.name}: {link}"
        for path in re.findall(r"[`(]((?:modules|harness|artifacts|docs|tools)/[\w/.-]+?)[`)]", text):
            assert (ROOT / path).exists(), f"{file.name}: {path}"


def test_the_reference_is_what_the_model_says() -> None:
    committed = (ROOT / settings_docs.FILE).read_text(encoding="utf-8")
    assert committed == settings_docs.text(), "run: make docs"


def test_ci_runs_the_commands_of_this_repository_with_pinned_actions_and_few_rights() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["test"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands == [".ci/run"]
    for step in steps:
        assert re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + "0" * 40))


def test_architecture_draws_the_layers_that_import_linter_checks() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    _, *drawings = blocks(page, "mermaid")
    contracts = [each for each in PYPROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    for drawing, contract in zip(drawings, contracts, strict=True):
        assert re.findall(r'\["(.*?)"\]', drawing) == contract["layers"], contract["name"]
        # Each box points to the next one.
        arrows = re.findall(r"(\w+)(?:\[.*?\])? --> (\w+)", drawing)
        assert len(arrows) == len(contract["layers"]) - 1
        assert all(target == source for (_, target), (source, _) in pairwise(arrows))


def test_every_package_is_in_the_table_of_the_architecture() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    described = {
        name for line in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    }
    contracts = [each for each in PYPROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    layers = [layer for contract in contracts for layer in contract["layers"]]
    assert described == {name for layer in layers for name in layer.split(" | ")}


def test_decisions_are_listed_with_their_titles_and_status() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[(.+?)\]\((.+?)\) \| (.+?) \|$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [file for _, file, _ in listed] == [file.name for file in sorted(folder.glob("0*.md"))]
    for title, file, status in listed:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.startswith(f"# {title}\n\nDate: 2")
        assert f"Status: {status}" in text
        assert re.findall("^## (.+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_locks_have_hashes_and_no_addresses() -> None:
    checkov = ROOT / "modules" / "tealform" / "policy" / "checkov-requirements.txt"
    for file in (checkov, *sorted(Path(ROOT, "requirements").glob("*.txt"))):
        lines = file.read_text(encoding="utf-8").splitlines()
        pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned)
        assert not any("://" in line for line in lines)


def test_who_owns_what_is_told_as_it_is_generated() -> None:
    (row,) = (
        line
        for line in (ROOT / "docs" / "releases.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| the ECS service |")
    )
    _, codedeploy, ecs = row.strip("| ").split(" | ")
    for engine, cell in (("codedeploy", codedeploy), ("ecs", ecs)):
        assert re.findall(r"`(\w+)`", cell) == [*OWNED_BY_CONTROLLER[engine], *OWNED_BY_AUTOSCALING]


GUIDE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def _kept_for_a_minute(prod: Json) -> None:
    group = prod["resource"]["aws_codedeploy_deployment_group"]["delivery-api_deployment_group"]
    blue = group["blue_green_deployment_config"]["terminate_blue_instances_on_deployment_success"]
    blue["termination_wait_time_in_minutes"] = 1


def test_finding_in_the_guide_is_one() -> None:
    prod = document("prod")
    _kept_for_a_minute(prod)
    [finding] = evaluate(Environment("prod", prod), [CHECK]).findings
    told = FindingLocator(ROOT, ROOT / "environments" / "prod").describe(finding)
    said = list(terminal.lines([GateResult("prod", {CHECK.rule.id: 2}, (told,))]))
    finding_alone = "\n".join(said[: said.index("prod: 2 checks, 1 finding")]).strip()
    assert f"```\n{finding_alone}\n```" in GUIDE


def test_every_rule_of_ours_is_on_its_page() -> None:
    committed = (ROOT / rules_docs.FILE).read_text(encoding="utf-8")
    assert committed == rules_docs.text(), "run: make docs"
    assert all(f"`{rule.id}`" in committed for rule in rule_catalog.list_own_rules())


@pytest.mark.parametrize("rule", re.findall(r"`((?:TEAL|IAM)_\w+)`", GUIDE))
def test_rules_that_the_guide_names_exist(rule: str) -> None:
    assert rule == "TEAL_GATE" or rule in {each.id for each in rule_catalog.list_own_rules()}


def test_waiver_in_the_guide_is_one_that_is_there() -> None:
    [example] = re.findall(r"```hcl\n(waiver .*?\n}\n)```", GUIDE, re.DOTALL)
    assert example in (ROOT / "environments" / "prod" / "waivers.hcl").read_text(encoding="utf-8")
