"""The workflows of GitHub: what a pull request brings runs without rights, and what has rights runs nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tealform.review import check
from tealform.review.report import artifact
from tests.inventory import ROOT, TEMPLATES

GITHUB = TEMPLATES / "github"
OWN = (ROOT / ".github").glob("workflows/*.yml")
FILES = sorted([*OWN, *GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")])
WORKFLOWS = {file.name: yaml.safe_load(file.read_text()) for file in GITHUB.glob("workflows/*.yml")}
POLICY, REPORT = WORKFLOWS["pull-request-policy.yml"], WORKFLOWS["pull-request-report.yml"]
# YAML 1.1 takes «on» for a truth value.
ON = True


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """All mappings in a document, at any depth."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(each)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_actions_are_pinned_and_no_expression_gets_into_a_script(file: Path) -> None:
    document = yaml.safe_load(file.read_text())
    assert "pull_request_target" not in document.get(ON, {})
    for each in mappings(document):
        if isinstance(each.get("uses"), str):
            assert re.fullmatch(r"\./[\w./-]+|[\w./-]+@[0-9a-f]{40}", each["uses"]), each["uses"]
        if isinstance(each.get("run"), str):
            assert "${{" not in each["run"], each["run"]


def test_pins_say_which_version_they_are() -> None:
    versions: dict[str, str] = {}
    for file in FILES:
        for pin, version in re.findall(r"uses: ([\w/-]+@[0-9a-f]{40})(.*)", file.read_text()):
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", version), f"{file.name}: {pin}"
            assert versions.setdefault(pin, version) == version


@pytest.mark.parametrize("name", WORKFLOWS)
def test_rights_are_those_that_are_named_here(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    found = {job: about.get("permissions", {}) for job, about in WORKFLOWS[name]["jobs"].items()}
    writing = {job: rights for job, rights in found.items() if "write" in {**rights}.values()}
    signs_in = {"contents": "read", "id-token": "write"}
    assert writing == {
        "plan.yml": {"plan": signs_in},
        "drift.yml": {"aws": signs_in},
        "apply.yml": {"environment": signs_in},
        "apply-environment.yml": {"plan": signs_in, "apply": signs_in},
        "pull-request.yml": {"plan": signs_in},
        "pull-request-report.yml": {
            "report": {
                "actions": "read",
                "contents": "read",
                "pull-requests": "write",
                "security-events": "write",
            }
        },
    }.get(name, {})


def test_every_checkout_forgets_its_token() -> None:
    for name, workflow in WORKFLOWS.items():
        for each in mappings(workflow):
            if str(each.get("uses")).startswith("actions/checkout@"):
                assert each["with"]["persist-credentials"] is False, name


def test_what_a_fork_brings_runs_without_secrets_and_may_only_read() -> None:
    assert "pull_request" in POLICY[ON]
    assert "secrets" not in (GITHUB / "workflows" / "pull-request-policy.yml").read_text()
    assert [job["permissions"] for job in POLICY["jobs"].values()] == [{"contents": "read"}]


def test_the_whole_history_is_there_and_the_check_is_the_command() -> None:
    (job,) = POLICY["jobs"].values()
    checkout, install, run, show, hand_over = job["steps"]
    assert checkout["with"]["fetch-depth"] == 0
    assert install["run"] == "make .venv/.run"
    assert run["run"] == '.venv/bin/tealform review --base "$BASE"'
    written = f"{check.OUT.as_posix()}/{artifact.COMMENT}"
    assert f"hashFiles('{written}')" in show["if"]
    assert f"!cancelled() && hashFiles('{written}')" in hand_over["if"]
    assert written in show["run"]


def test_the_report_finds_what_was_handed_over() -> None:
    (job,) = POLICY["jobs"].values()
    given = job["steps"][-1]["with"]
    assert given["name"] == artifact.NAME.format("${{ github.event.pull_request.number || 'branch' }}")
    # .cache is hidden, and what is hidden is left out unless it is said.
    assert (given["path"], given["include-hidden-files"]) == (check.OUT.as_posix(), True)
    assert artifact.SARIF in check.REPORTS
    assert REPORT[ON] == {"workflow_run": {"workflows": [POLICY["name"]], "types": ["completed"]}}


def test_what_may_write_runs_nothing_of_the_pull_request() -> None:
    (job,) = REPORT["jobs"].values()
    checkout, install, report = job["steps"]
    assert set(checkout["with"]) == {"persist-credentials"}, "another ref would be somebody else's code"
    assert install["run"] == "make .venv/.run"
    assert report == {
        "name": "Report",
        "env": {"GH_TOKEN": "${{ github.token }}"},
        "run": ".venv/bin/python -m tealform.review.report",
    }


def test_a_pull_request_is_checked_tested_and_verified() -> None:
    steps = WORKFLOWS["pull-request.yml"]["jobs"]["verify"]["steps"]
    commands = [step["run"] for step in steps if re.match(r"(make|\.venv/bin/tealform) [^\n]+$", step.get("run", ""))]
    assert commands == [
        "make .venv/.verify",
        ".venv/bin/tealform synth --check",
        "make test",
        ".venv/bin/tealform verify",
    ]


def test_base_of_a_pull_request_is_what_it_is_merged_into() -> None:
    """GitHub checks out a merge of the two; ``HEAD^1`` is its first parent."""
    (job,) = POLICY["jobs"].values()
    assert job["steps"][2]["env"]["BASE"] == "${{ github.event_name == 'pull_request' && 'HEAD^1' || 'HEAD' }}"
