"""The real provider's verdict, against an emulated AWS: apply, release, update, release again, destroy."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tealform.plan import changes
from tealform.plan.changes import Change
from tealform.plan.source_map import SourceMap
from tealform.settings import loader
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth import environments
from tealform.terraform import scratch_module
from tealform.terraform.scratch_module import CommandResult, ScratchModule
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness.aws_emulator import external_references
from tealform_harness.aws_emulator.server import EmulatedAws, running
from tealform_harness.verify import assertions, ecs_backfill, remaining_resources, settings_change, simulate_autoscaling
from tealform_harness.verify.aws_provider import Provider
from tealform_harness.verify.release import Releases
from tealform_harness.verify.result import Inquiry, Verdict
from tealform_harness.verify.stages import CLAIMS
from tealform_harness.verify.unsupported_arguments import Concession

PROVIDER, APPLY, RELEASE, UPDATE, DESTROY = CLAIMS

_CDKTF = threading.Lock()
"""CDKTF runs in one process of Node.js, which answers one caller at a time."""


@dataclass
class Stage:
    """Where one environment is played through. ``settings`` are what its Terraform says at the moment."""

    work: ScratchModule
    aws: EmulatedAws
    settings: LoadedEnvironment
    concession: Concession
    source: Path
    untouched: set[str]

    def resynthesize(self, settings: LoadedEnvironment) -> None:
        """Replaces the workspace's Terraform by what other settings generate."""
        # Here, because CDKTF takes a moment to load, and most verdicts need none of it.
        from tealform.synth.synthesis import synthesize

        with _CDKTF, tempfile.TemporaryDirectory() as scratch:
            text = synthesize([settings], Path(scratch))[settings.name]
        (self.work.folder / GENERATED).write_text(text, encoding="utf-8")
        self.settings = settings
        self.concession.make(self.work.folder)

    def apply(self) -> CommandResult:
        """Applies what was planned, and says to AWS what the provider is too old to say."""
        outcome = self.work.apply()
        if self.concession.lacks_blue_green and not outcome.errors:
            ecs_backfill.tell(self.aws, self.settings.context.region, self.work.outputs())
        return outcome


def judge(folder: Path, terraform: Terraform, provider: Provider, by: str) -> Iterator[Verdict]:
    """Every claim about the environment in ``folder``, in order; after one that is refuted, none follows.

    ``by`` names Terraform, provider and what stands in for AWS.
    """
    blame = SourceMap(folder)
    with _stage(folder, terraform, provider) as stage:
        for claim, look in _ACTS.items():
            inquiry = Inquiry(claim, by, blame)
            look(stage, inquiry)
            inquiry.findings += _complaints(stage.aws) if inquiry.findings else []
            yield inquiry.verdict()
            if not inquiry.open:
                return


@contextmanager
def _stage(folder: Path, terraform: Terraform, provider: Provider) -> Iterator[Stage]:
    settings = loader.load(folder.parent, folder.name)
    source = folder.parent.parent / "artifacts"
    with running(settings.context.account) as aws:
        external_references.seed(aws, environments.load_document(folder))
        with (
            provider.serving(aws.environment, folder) as reattach,
            scratch_module.copy_with_local_state(folder, terraform, {"TF_REATTACH_PROVIDERS": reattach}) as work,
        ):
            untouched = remaining_resources.names(aws, settings.context.region)
            yield Stage(work, aws, settings, Concession(provider.version), source, untouched)


def _provider(stage: Stage, inquiry: Inquiry) -> None:
    """The provider's own validators take the JSON, and it can plan it."""
    work = stage.work
    if inquiry.succeeds(work.init()):
        stage.concession.learn(work)
        inquiry.notes += stage.concession.notes
        if stage.concession.lacks_blue_green:
            inquiry.notes.append("said to ECS in its place: the blue/green that is built into ECS")
        _ = inquiry.succeeds(work.validate()) and inquiry.succeeds(work.plan())


def _apply(stage: Stage, inquiry: Inquiry) -> None:
    """What was planned is applied, everything is as environment.hcl says, and nothing is left to plan."""
    if inquiry.succeeds(stage.apply()):
        inquiry.notes.append(f"{len(stage.work.state())} resources")
        _check_facts(stage, inquiry)
        inquiry.plan_is_empty(stage.work, "after apply")


def _release(stage: Stage, inquiry: Inquiry) -> None:
    """Each service is released once, scaled, and rolled back once, and nothing is left to plan: the promise of the whole."""
    if home := stage.settings.environment.pipelines_in:
        inquiry.notes.append(f"not played through: the pipelines are in the account of {home}")
        return
    _each_service(stage, inquiry, lambda releases: releases.release("first release"))
    if inquiry.open:
        simulate_autoscaling.scale(stage.aws, stage.settings)
        if inquiry.plan_is_empty(stage.work, "after a release"):
            _roll_back(stage, inquiry)


def _roll_back(stage: Stage, inquiry: Inquiry) -> None:
    engines = {service.release.engine for service in stage.settings.environment.service.values()}
    if "codedeploy" in engines:
        _each_service(stage, inquiry, lambda releases: releases.roll_back("release that is stopped"))
        if inquiry.open:
            inquiry.plan_is_empty(stage.work, "after a rollback")


def _update(stage: Stage, inquiry: Inquiry) -> None:
    """Other settings are applied and released, and nothing is left to plan after either."""
    stage.resynthesize(settings_change.changed(stage.settings))
    work = stage.work
    if inquiry.succeeds(work.plan()):
        inquiry.notes.append(_counted(changes.from_plan(work.planned())))
    if inquiry.open and inquiry.succeeds(stage.apply()) and inquiry.plan_is_empty(work, "after an update"):
        _each_service(stage, inquiry, lambda releases: releases.release("second release"))
        if inquiry.open:
            inquiry.plan_is_empty(work, "after the update's release")


def _destroy(stage: Stage, inquiry: Inquiry) -> None:
    """Once it is disposable, the environment goes and leaves nothing."""
    stage.resynthesize(settings_change.disposable(stage.settings))
    work = stage.work
    if inquiry.succeeds(work.plan()) and inquiry.succeeds(stage.apply()) and inquiry.succeeds(work.destroy()):
        inquiry.findings += [f"destroy left {address} in the state" for address in work.state()]
        there = remaining_resources.names(stage.aws, stage.settings.context.region)
        inquiry.findings += [f"destroy left {name}" for name in sorted(there - stage.untouched)]
        inquiry.findings += [f"destroy took {name}, which was not ours" for name in sorted(stage.untouched - there)]


_ACTS: dict[str, Callable[[Stage, Inquiry], None]] = {
    PROVIDER: _provider,
    APPLY: _apply,
    RELEASE: _release,
    UPDATE: _update,
    DESTROY: _destroy,
}


def _counted(planned: list[Change]) -> str:
    """How many changes there are of each kind, and what is replaced."""
    kinds = Counter(change.action for change in planned)
    replaced = [change.address for change in planned if change.action == "replace"]
    counts = ", ".join(f"{number} to {action}" for action, number in sorted(kinds.items())) or "nothing to change"
    return f"the update has {counts}" + (f" ({', '.join(replaced)})" if replaced else "")


def _check_facts(stage: Stage, inquiry: Inquiry) -> None:
    found = assertions.gather(stage.aws, stage.settings)
    if not found:
        inquiry.findings.append("AWS was asked nothing")
    inquiry.notes.append(f"{sum(fact.holds for fact in found)} facts hold")
    inquiry.findings += [inquiry.blame.describe_setting(fact.setting, str(fact)) for fact in found if not fact.holds]


def _each_service(stage: Stage, inquiry: Inquiry, act: Callable[[Releases], Iterator[str]]) -> None:
    """What is wrong after an ``act`` on each service whose pipeline is here."""
    if stage.settings.environment.pipelines_in:
        return
    for name in stage.settings.environment.service:
        for wrong in act(Releases(stage.aws, stage.settings, name, stage.source)):
            inquiry.findings.append(inquiry.blame.describe_setting(("service", name, "release"), wrong))


def _complaints(aws: EmulatedAws) -> list[str]:
    """What the emulated AWS itself could not do, which may be the reason of everything else."""
    return [f"the emulated AWS says: {line}" for line in aws.log.read_text(encoding="utf-8").splitlines()[-5:] if line]
