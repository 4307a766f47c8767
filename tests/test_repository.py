"""The files for developers of Tealform and for GitHub: hooks, dependabot, issue forms, the dev container."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.inventory import ROOT


def test_hooks_run_the_tools_of_the_environment() -> None:
    """A hook from elsewhere would need a second set of pinned versions."""
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [source["repo"] for source in configuration["repos"]] == ["local"]
    for hook in configuration["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith((".venv/bin/", "git "))


def test_dependabot_looks_into_folders_that_exist() -> None:
    configuration = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    folders = [
        folder for each in configuration["updates"] for folder in each.get("directories", [each.get("directory")])
    ]
    assert "/" in folders
    assert all((ROOT / folder.lstrip("/")).is_dir() for folder in folders)


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*_*.yml")), ids=lambda form: form.stem
)
def test_issue_forms_have_a_label_for_each_question(form: Path) -> None:
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert content["name"]
    assert content["description"]
    questions = [each for each in content["body"] if each["type"] != "markdown"]
    assert all(each["attributes"]["label"] for each in questions)
    assert len({each["id"] for each in questions}) == len(questions)


def test_dev_container_prepares_the_environment() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert container["postCreateCommand"].startswith("make .venv/.dev && ")
    assert "VENV := .venv\n" in makefile
    assert "\n$(VENV)/.dev:" in makefile
