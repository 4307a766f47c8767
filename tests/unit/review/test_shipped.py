"""The check with the real gate, on the shipped environments."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tealform.policy import gate
from tealform.review import check
from tealform.review.drift import Drift
from tests.inventory import ROOT
from tests.unit.review import requests
from tests.unit.review.requests import git

BALANCER = '"enable_deletion_protection": true'


@pytest.mark.slow
def test_what_a_change_of_the_shipped_environments_brings(tmp_path: Path) -> None:
    request = requests.made(tmp_path / "project")
    for name in ("environments", "artifacts"):
        shutil.copytree(ROOT / name, request.root / name)
    (request.root / ".venv-checkov").symlink_to(ROOT / ".venv-checkov")
    (request.root / ".gitignore").write_text(".cache/\n.venv-checkov\nout/\n")
    request.begin()
    generated = request.root / "environments" / "prod" / "cdk.tf.json"
    text = generated.read_text()
    assert text.count(BALANCER) == 1
    generated.write_text(text.replace(BALANCER, BALANCER.replace("true", "false")))
    git(request.root, "commit", "--all", "--quiet", "--message", "x")
    said: list[str] = []
    code = check.check(
        request.root,
        "main",
        request.root / "out",
        judge=gate.evaluate,
        generate=lambda root, say: Drift(),
        say=said.append,
    )
    told = "\n".join(said)
    assert code == 1, told
    assert "pr-check: 1 new finding, 1 thing to look at" in said, told
    assert "CKV_AWS_150 in prod: load-balancer/load-balancer" in told
    assert "prod: load-balancer/load-balancer: it is protected from deletion, and would be no more" in told
    assert "enable_deletion_protection: true -> false" in told
    assert "waiver of" not in told
    # The base was scanned with what is installed here, and what was scanned for it is known again.
    assert [line for line in said if line.startswith("policy: ")] == [
        "policy: scanning dev, prod, staging with checkov, about ten seconds",
        "policy: scanning prod with checkov, about ten seconds",
    ]
