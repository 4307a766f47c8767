"""A pull request in a repository of its own, and a gate that says what a file beside each environment tells it to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tealform.policy.finding import Finding
from tealform.policy.result import Told, Verdict
from tealform.policy.rule import Rule
from tealform.review import check
from tealform.review.drift import Drift
from tealform.review.review_builder import Say
from tealform.settings.errors import Location
from tealform.synth import environments
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


def told(scope: str, rule: str, path: str, message: str = "") -> Told:
    """A finding of a rule that says little of itself."""
    about = Rule(rule, "high", f"{rule} holds", f"{rule} matters", f"mend {rule}", "")
    finding = Finding(rule, about.title, f"aws_thing.{path}", path, "", message)
    return Told(scope, finding, about, "", Location(Path("environments", scope, "cdk.tf.json"), 1))


def judge(root: Path, names: Collection[str], today: date | None, say: Say) -> list[Verdict]:
    """Finds in each environment what is written in ``found.json``: pairs of a rule and a path, or a mistake."""
    verdicts = []
    for name in environments.list_names(root):
        file = root / "environments" / name / FOUND
        found = json.loads(file.read_text()) if file.is_file() else []
        if isinstance(found, str):
            verdicts.append(Verdict(name, {}, mistakes=(found,)))
        else:
            verdicts.append(
                Verdict(name, Counter(rule for rule, *_ in found), tuple(told(name, *one) for one in found))
            )
    return verdicts


def resource(path: str, **arguments: Any) -> dict[str, Any]:
    """The body of a resource at a construct path, with its environment."""
    return {"//": {"metadata": {"path": path, "uniqueId": "x"}}, **arguments}


def document(environment: str, **types: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Generated Terraform with these resources: by type and name, their arguments."""
    return {
        "provider": {"aws": [{"region": "eu-west-1", "allowed_account_ids": ["123456789012"]}]},
        "resource": {
            type_: {name: resource(f"{environment}/{name}", **body) for name, body in named.items()}
            for type_, named in types.items()
        },
        "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
    }


@dataclass
class PullRequest:
    """A repository with ``main``, and what is checked out in it."""

    root: Path
    drift: Drift = field(default_factory=Drift)
    said: list[str] = field(default_factory=list)

    def write(
        self,
        name: str,
        generated: dict[str, Any] | str | None = None,
        *,
        settings: str = "",
        waivers: str | None = None,
        found: Any = None,
    ) -> None:
        """Writes what is given of an environment."""
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
        """What is there is ``main``; what comes is the pull request."""
        self.commit()
        git(self.root, "switch", "--quiet", "--create", "change")

    def check(self, base: str = "main", **options: Any) -> int:
        self.said.clear()
        return check.check(
            self.root,
            base,
            self.root / "out",
            today=TODAY,
            judge=options.pop("judge", judge),
            generate=lambda root, say: self.drift,
            say=self.said.append,
            **options,
        )

    @property
    def comment(self) -> str:
        return (self.root / "out" / "comment.md").read_text()

    @property
    def text(self) -> str:
        """All that was said, without the room at the beginning of lines."""
        return "\n".join(line.strip() for line in self.said)


def made(root: Path) -> PullRequest:
    """An empty repository."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    (root / ".gitignore").write_text(".cache/\nout/\n")
    return PullRequest(root)
