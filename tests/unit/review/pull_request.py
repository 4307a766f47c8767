"""A pull request in a repository of its own, and a policy gate whose findings come from a file in each environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tealform.console import Echo
from tealform.policy.result import GateResult, LocatedFinding
from tealform.policy.rule import Finding, Rule
from tealform.review import check, comment
from tealform.review.review import Review
from tealform.settings.errors import Location
from tealform.synth import environments
from tealform.synth.app import App, SynthResult
from tests import projects
from tests.support import environment

TODAY = date(2026, 11, 1)
FOUND = "found.json"


def git(root: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def located_finding(scope: str, rule: str, path: str, message: str = "") -> LocatedFinding:
    """Return a finding of a rule with short texts."""
    about = Rule(rule, "high", f"{rule} holds", f"{rule} matters", f"mend {rule}", "")
    finding = Finding(rule, about.title, f"aws_thing.{path}", path, "", message)
    return LocatedFinding(scope, finding, about, "", Location(Path("environments", scope, "cdk.tf.json"), 1))


def check_policy(root: Path, names: Collection[str], today: date | None, echo: Echo) -> list[GateResult]:
    """Find in each environment what its ``found.json`` lists: pairs of a rule and a path, or an error."""
    verdicts = []
    for name in environments.list_names(root):
        file = root / "environments" / name / FOUND
        found = json.loads(file.read_text()) if file.is_file() else []
        if isinstance(found, str):
            verdicts.append(GateResult(name, {}, mistakes=(found,)))
        else:
            findings = tuple(located_finding(name, *one) for one in found)
            verdicts.append(GateResult(name, Counter(rule for rule, *_ in found), findings))
    return verdicts


def resource(path: str, **arguments: Any) -> dict[str, Any]:
    """Return the body of a resource at a construct path, with its environment."""
    return {"//": {"metadata": {"path": path, "uniqueId": "x"}}, **arguments}


def document(environment: str, **types: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return generated Terraform with the arguments of resources by type and name."""
    return {
        "provider": {"aws": [{"region": "eu-west-1", "allowed_account_ids": ["123456789012"]}]},
        "resource": {
            type_: {name: resource(f"{environment}/{name}", **body) for name, body in named.items()}
            for type_, named in types.items()
        },
        "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
    }


@dataclass
class FixedApp(App):
    """An app whose synthesis has a fixed result and writes nothing."""

    result: SynthResult = field(default_factory=SynthResult)

    def refresh(self, root: Path, names: Sequence[str], echo: Echo) -> SynthResult:
        return self.result


@dataclass
class PullRequest:
    """A repository with ``main``, and what is checked out in it."""

    root: Path
    synth: SynthResult = field(default_factory=SynthResult)
    said: list[str] = field(default_factory=list)
    review: Review = field(default_factory=Review)

    def write(
        self,
        name: str,
        generated: dict[str, Any] | str | None = None,
        *,
        settings: str = "",
        waivers: str | None = None,
        found: Any = None,
    ) -> None:
        """Write parts of an environment."""
        folder = self.root / "environments" / name
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "environment.hcl").exists() or settings:
            (folder / "environment.hcl").write_text(settings or environment(top=f"# {name}"))
        if generated is not None:
            (folder / "cdk.tf.json").write_text(generated if isinstance(generated, str) else json.dumps(generated))
        if waivers is not None:
            (folder / "waivers.hcl").write_text(waivers)
        if found is not None:
            (folder / FOUND).write_text(json.dumps(found))

    def remove(self, name: str) -> None:
        shutil.rmtree(self.root / "environments" / name)

    def commit(self) -> None:
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "x")

    def begin(self) -> None:
        """Commit what is there as ``main``, and start the branch of the pull request."""
        self.commit()
        git(self.root, "switch", "--quiet", "--create", "change")

    def check(self, base: str = "main", **options: Any) -> int:
        self.said.clear()
        found = check.check(
            self.root,
            base,
            self.root / "out",
            today=TODAY,
            check_policy=options.pop("check_policy", check_policy),
            app=options.pop("app", FixedApp(self.synth)),
            echo=self.said.append,
            **options,
        )
        self.review = found
        self.said += comment.console_lines(found)
        return found.exit_code

    @property
    def comment(self) -> str:
        return (self.root / "out" / "comment.md").read_text()

    @property
    def text(self) -> str:
        """All echoed lines without their indentation, and an empty line."""
        return "\n".join([*(line.strip() for line in self.said), "", ""])


def create(root: Path) -> PullRequest:
    """Return an empty repository."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    (root / ".gitignore").write_text(".cache/\nout/\n")
    projects.write_app(root)
    return PullRequest(root)
