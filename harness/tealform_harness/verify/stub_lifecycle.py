"""What Terraform accepts, without network, account or provider: a stub of the provider answers for AWS."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

from tealform.plan.source_map import SourceMap
from tealform.terraform import scratch_module
from tealform.terraform.scratch_module import CommandResult, ScratchModule
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness.verify.result import StageResult, StageRun

SCHEMA, LIFE = "schema", "life"

_UNREACHABLE = "http://127.0.0.1:9"
_WITHOUT_NETWORK = {
    "HTTP_PROXY": _UNREACHABLE,
    "HTTPS_PROXY": _UNREACHABLE,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def verify(folder: Path, terraform: Terraform, reattach: str, by: str) -> Iterator[StageResult]:
    """Verify that the schema accepts an environment, and then its life: plan, apply, empty plan, destroy to nothing.

    ``folder`` is the environment's, ``reattach`` leads Terraform to the stub, ``by`` names both for the reader.
    The second result comes only if the first stage passes.
    """
    source_map = SourceMap(folder)
    with scratch_module.copy_with_local_state(folder, terraform, {"TF_REATTACH_PROVIDERS": reattach}) as work:
        schema = StageRun(SCHEMA, by, source_map)
        _ = (
            schema.record(work.init())
            and schema.record(work.validate())
            and schema.record(init_backend(folder, terraform, reattach))
        )
        yield schema.finish()
        if schema.is_passing:
            life = StageRun(LIFE, by, source_map)
            _live(work, life)
            yield life.finish()


def init_backend(folder: Path, terraform: Terraform, reattach: str) -> CommandResult:
    """Run ``terraform init`` with the backend, or HCP Terraform, of the environment in ``folder``; keep errors in that.

    Terraform checks a backend's arguments before it connects, and nowhere else: ``init -backend=false`` and
    ``validate`` skip them. Nothing lets it connect here, and failing to connect is no error. So whether bucket,
    organization and workspace exist remains unknown.
    """
    variables = {**_WITHOUT_NETWORK, "TF_REATTACH_PROVIDERS": reattach}
    with scratch_module.copy_with_own_backend(folder, terraform, variables) as work:
        outcome = work.init("-lock=false")
    # Mistakes in the configuration have a place there.
    mistakes = tuple(each for each in outcome.errors if each.file and not each.out_of_reach)
    return dataclasses.replace(outcome, diagnostics=mistakes)


def _live(work: ScratchModule, life: StageRun) -> None:
    if not (life.record(work.plan()) and life.record(work.apply())):
        return
    resources = work.state()
    life.notes.append(f"{len(resources)} resources")
    if not resources:
        life.findings.append("apply made nothing")
    if life.expect_empty_plan(work, "after apply"):
        # Its owner would have to lift `prevent_destroy` first, too.
        scratch_module.unprotect(work.folder)
        if life.record(work.destroy()):
            life.findings += [f"destroy left {address}" for address in work.state()]
