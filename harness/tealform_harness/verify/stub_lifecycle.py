"""Terraform's own verdict, without network, account or provider: a stand-in answers for AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tealform.plan.source_map import SourceMap
from tealform.terraform import scratch_module
from tealform.terraform.scratch_module import ScratchModule
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness.verify import backend_init
from tealform_harness.verify.result import Inquiry, Verdict

SCHEMA, LIFE = "schema", "life"


def judge(folder: Path, terraform: Terraform, reattach: str, by: str) -> Iterator[Verdict]:
    """Whether the schema takes an environment, and whether it lives: plan, apply, empty plan, destroy to nothing.

    ``folder`` is the environment's, ``reattach`` leads Terraform to the stand-in, ``by`` names both for the reader.
    The second verdict comes only if the first claim is proved.
    """
    blame = SourceMap(folder)
    with scratch_module.copy_with_local_state(folder, terraform, {"TF_REATTACH_PROVIDERS": reattach}) as work:
        schema = Inquiry(SCHEMA, by, blame)
        _ = (
            schema.succeeds(work.init())
            and schema.succeeds(work.validate())
            and schema.succeeds(backend_init.initialized(folder, terraform, reattach))
        )
        yield schema.verdict()
        if schema.open:
            yield _life(work, by, blame)


def _life(work: ScratchModule, by: str, blame: SourceMap) -> Verdict:
    life = Inquiry(LIFE, by, blame)
    if life.succeeds(work.plan()) and life.succeeds(work.apply()):
        resources = work.state()
        life.notes.append(f"{len(resources)} resources")
        if not resources:
            life.findings.append("apply made nothing")
        if life.plan_is_empty(work, "after apply"):
            _destroy(work, life)
    return life.verdict()


def _destroy(work: ScratchModule, life: Inquiry) -> None:
    """Destroys everything; what ``prevent_destroy`` protects is freed first, as its owner would have to."""
    scratch_module.unprotect(work.folder)
    if life.succeeds(work.destroy()):
        life.findings += [f"destroy left {address}" for address in work.state()]
