"""Templates, and the copies of them that this repository has."""

from __future__ import annotations

from tealform import templates
from tests.inventory import ROOT


def test_artifacts_are_what_the_template_says() -> None:
    expected = {str(path): content for path, content in templates.contents("artifacts").items()}
    folder = ROOT / "artifacts"
    found = {
        str(file.relative_to(ROOT)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.parent.name != "__pycache__"
    }
    assert {"artifacts/.dockerignore", "artifacts/buildspec.yml", "artifacts/taskdef.json"} <= expected.keys()
    assert found == expected, "run: make artifacts"


def test_workflows_are_written_where_github_looks() -> None:
    assert any(str(path).startswith(".github/workflows/") for path in templates.contents("github"))
