"""One environment's life by the commands that people type: the real provider, an emulated AWS, states in S3 and HCP Terraform."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tealform.synth import environments
from tealform.terraform import scratch_module, terraform_binaries
from tealform_harness.aws_emulator import external_references
from tealform_harness.aws_emulator.server import EmulatedAws, running
from tealform_harness.hcp_emulator import server as hcp
from tealform_harness.hcp_emulator.models import Organization
from tealform_harness.verify import aws_provider
from tealform_harness.verify.unsupported_arguments import ArgumentFilter
from tests import projects
from tests.inventory import ROOT
from tests.support import bootstrap, synth
from tests.unit.bootstrap.projects import ACCOUNT

pytestmark = pytest.mark.aws_provider

STATES = {
    "s3": 'state "s3" {}\nautomation "github" { repository = "acme/infrastructure" }',
    "cloud": 'state "cloud" { organization = "acme" }\nautomation "hcp_terraform" {}',
}
BOOTSTRAP = f"bootstrap/{ACCOUNT}"
# Another port replaces target groups, which is why Tealform generates none. It is written by hand here, beside what is generated.
OVERRIDE = "by-hand_override.tf.json"
BLUE = "aws_lb_target_group.service-web_target-groups_blue"
REPLACED = {
    "resource": {
        "aws_lb_target_group": {f"service-web_target-groups_{each}": {"port": 81} for each in ("blue", "green")}
    }
}


class Project:
    """A copy of the shipped project with the environment dev alone; ``variables`` are those of every command."""

    def __init__(self, root: Path, state: str) -> None:
        self.root = root
        self.dev = root / "environments" / "dev"
        self.variables: Mapping[str, str] = {}
        shutil.copytree(
            ROOT / "environments" / "dev", self.dev, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*")
        )
        shutil.copy(ROOT / "environments" / "common.hcl", root / "environments")
        # The commands keep what was generated, without what the provider is too old to know.
        projects.write_app(root)
        settings = self.dev / "environment.hcl"
        settings.write_text(f"{settings.read_text()}\n{state}\n")

    def generate(self, arguments: ArgumentFilter) -> None:
        """Generate what the settings say, without what the provider is too old to know."""
        synth(self.root, "dev")
        arguments.apply(self.dev)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tealform", "--root", str(self.root), *arguments]
        return subprocess.run(command, cwd=ROOT, env=dict(self.variables), capture_output=True, text=True, check=False)

    def run_ok(self, *arguments: str) -> str:
        """Run a command that must succeed, and return its output."""
        ran = self.run(*arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def _learn(project: Project, provider: aws_provider.Provider, variables: Mapping[str, str]) -> ArgumentFilter:
    arguments = ArgumentFilter(provider.version)
    with scratch_module.copy_with_local_state(project.dev, terraform_binaries.list_terraforms()[0], variables) as work:
        assert not work.init().errors
        arguments.learn(work)
    return arguments


@contextlib.contextmanager
def _staged(project: Project, kind: str) -> Iterator[tuple[EmulatedAws, ArgumentFilter]]:
    provider = aws_provider.find("6.25.0", terraform_binaries.list_terraforms()[0])
    synth(project.root, "dev")
    with contextlib.ExitStack() as stack:
        aws = stack.enter_context(running(ACCOUNT))
        external_references.seed(aws, environments.load_document(project.dev))
        reattach = stack.enter_context(provider.serving(aws.environment, project.dev))
        project.variables = {**aws.environment, "TF_REATTACH_PROVIDERS": reattach, "CHECKPOINT_DISABLE": "1"}
        arguments = _learn(project, provider, project.variables)
        if kind == "cloud":
            organization = Organization("acme", hcp.TOKEN)
            organization.add_workspace("shop-dev", terraform_version=terraform_binaries.list_terraforms()[0].version())
            there = stack.enter_context(hcp.running(organization, project.variables))
            project.variables = {**project.variables, **there.environment()}
        yield aws, arguments


def _write_documented_waivers(project: Project) -> None:
    blocks = re.findall(r"```hcl\n(.*?)```", (ROOT / "docs" / "state.md").read_text(encoding="utf-8"), re.DOTALL)
    (waivers,) = [block for block in blocks if block.startswith("waiver")]
    (project.root / BOOTSTRAP / "waivers.hcl").write_text(waivers)


@pytest.mark.parametrize("kind", STATES)
def test_bootstrap_plan_apply_change_destroy(tmp_path: Path, kind: str) -> None:
    project = Project(tmp_path, STATES[kind])
    with _staged(project, kind) as (aws, arguments):
        bootstrap(project.root)
        arguments.apply(project.root / BOOTSTRAP)
        if kind == "s3":
            _write_documented_waivers(project)
        project.run_ok("plan", BOOTSTRAP)
        project.run_ok("apply", BOOTSTRAP)
        assert "role" in project.run_ok("output", BOOTSTRAP)
        project.generate(arguments)

        assert " to create" in project.run_ok("plan", "dev").splitlines()[0]
        project.run_ok("apply", "dev")
        assert not (project.dev / "terraform.tfstate").exists()
        if kind == "s3":
            (found,) = aws.client("s3", "ap-northeast-1").list_objects_v2(Bucket=f"shop-terraform-state-{ACCOUNT}")[
                "Contents"
            ]
            assert found["Key"] == "shop/dev/terraform.tfstate"
        assert project.run_ok("plan", "dev").startswith("dev: no changes")

        (project.dev / OVERRIDE).write_text(json.dumps(REPLACED))
        assert f"tealform apply dev --allow {BLUE}" in project.run_ok("plan", "dev")
        stopped = project.run("apply", "dev")
        assert stopped.returncode == 1
        assert "STOPPED: it has production traffic" in stopped.stderr
        (project.dev / OVERRIDE).unlink()
        assert project.run("apply", "dev").returncode == 2  # The plan is stale.

        settings = project.dev / "environment.hcl"
        settings.write_text(f"log_retention_days = 400\n{settings.read_text()}")
        project.generate(arguments)
        output = project.run_ok("plan", "dev")
        assert "retention_in_days: 365 -> 400" in output
        assert "STOPPED" not in output
        project.run_ok("apply", "dev")

        project.run_ok("destroy", "dev", "--confirm", "dev")
        remaining = project.run_ok("plan", "dev", "--json")
        assert {each["action"] for each in json.loads(remaining)["changes"]} == {"create"}
