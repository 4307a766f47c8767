"""The life of an environment with the real provider and an emulated AWS: apply, release, update, release again, destroy."""

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
from tealform_harness.verify import assertions, remaining_resources, settings_change, unsupported_arguments
from tealform_harness.verify.aws_provider import Provider
from tealform_harness.verify.release import ReleaseRunner
from tealform_harness.verify.result import EMULATED_STAGES, StageResult, StageRun
from tealform_harness.verify.unsupported_arguments import ArgumentFilter

PROVIDER, APPLY, RELEASE, UPDATE, DESTROY = EMULATED_STAGES

_CDKTF = threading.Lock()
"""CDKTF runs in one process of Node.js, which answers one caller at a time."""


@dataclass
class EmulatedEnvironment:
    """An environment in an emulated AWS.

    ``settings`` are what its Terraform says at the moment, ``artifacts`` is the folder that releases push, and
    ``preexisting`` names what was in AWS before the first apply.
    """

    work: ScratchModule
    aws: EmulatedAws
    settings: LoadedEnvironment
    arguments: ArgumentFilter
    artifacts: Path
    preexisting: set[str]

    def resynthesize(self, settings: LoadedEnvironment) -> None:
        """Replace the workspace's Terraform by what other settings generate."""
        # Here, because CDKTF takes a moment to load, and most results need none of it.
        from tealform.synth.synthesis import synthesize

        with _CDKTF, tempfile.TemporaryDirectory() as scratch:
            text = synthesize([settings], Path(scratch))[settings.name]
        (self.work.folder / GENERATED).write_text(text, encoding="utf-8")
        self.settings = settings
        self.arguments.apply(self.work.folder)

    def apply(self) -> CommandResult:
        """Apply the plan, and send to ECS what the provider is too old to send."""
        outcome = self.work.apply()
        if self.arguments.lacks_blue_green and not outcome.errors:
            unsupported_arguments.configure_ecs(self.aws, self.settings.context.region, self.work.outputs())
        return outcome

    def simulate_autoscaling(self) -> None:
        """Give each service the most tasks, as under load, and the limits of each of its schedules, as at its time."""
        context = self.settings.context
        scaling, ecs = (self.aws.client(each, context.region) for each in ("application-autoscaling", "ecs"))
        for name, service in self.settings.environment.service.items():
            full_name = context.name(name)
            ecs.update_service(cluster=context.name(), service=full_name, desiredCount=service.tasks.max)
            for schedule in service.scaling.schedule.values():
                scaling.register_scalable_target(
                    ServiceNamespace="ecs",
                    ResourceId=f"service/{context.name()}/{full_name}",
                    ScalableDimension="ecs:service:DesiredCount",
                    MinCapacity=schedule.min,
                    MaxCapacity=schedule.max,
                )


def verify(folder: Path, terraform: Terraform, provider: Provider, by: str) -> Iterator[StageResult]:
    """Run every stage for the environment in ``folder``, in order; after one that fails, none follows.

    ``by`` names Terraform, provider and emulated AWS for the reader.
    """
    source_map = SourceMap(folder)
    with _emulate(folder, terraform, provider) as environment:
        for stage, run_stage in _STAGES.items():
            run = StageRun(stage, by, source_map)
            run_stage(environment, run)
            run.findings += _read_log(environment.aws) if run.findings else []
            yield run.finish()
            if not run.is_passing:
                return


@contextmanager
def _emulate(folder: Path, terraform: Terraform, provider: Provider) -> Iterator[EmulatedEnvironment]:
    settings = loader.load(folder.parent, folder.name)
    artifacts = folder.parent.parent / "artifacts"
    with running(settings.context.account) as aws:
        external_references.seed(aws, environments.load_document(folder))
        with (
            provider.serving(aws.environment, folder) as reattach,
            scratch_module.copy_with_local_state(folder, terraform, {"TF_REATTACH_PROVIDERS": reattach}) as work,
        ):
            preexisting = remaining_resources.list_resources(aws, settings.context.region)
            yield EmulatedEnvironment(work, aws, settings, ArgumentFilter(provider.version), artifacts, preexisting)


def _provider(environment: EmulatedEnvironment, run: StageRun) -> None:
    """The provider's own validators accept the JSON, and it can plan it."""
    work = environment.work
    if run.record(work.init()):
        environment.arguments.learn(work)
        run.notes += environment.arguments.notes
        if environment.arguments.lacks_blue_green:
            run.notes.append("said to ECS in its place: the blue/green that is built into ECS")
        _ = run.record(work.validate()) and run.record(work.plan())


def _apply(environment: EmulatedEnvironment, run: StageRun) -> None:
    """The plan can be applied, AWS is as environment.hcl says, and the next plan is empty."""
    if run.record(environment.apply()):
        run.notes.append(f"{len(environment.work.state())} resources")
        _check_assertions(environment, run)
        run.expect_empty_plan(environment.work, "after apply")


def _release(environment: EmulatedEnvironment, run: StageRun) -> None:
    """Each service is released, scaled and rolled back once, and the next plan is empty: the promise of the whole."""
    if home := environment.settings.environment.pipelines_in:
        run.notes.append(f"not played through: the pipelines are in the account of {home}")
        return
    _each_service(environment, run, lambda runner: runner.release("first release"))
    if run.is_passing:
        environment.simulate_autoscaling()
        if run.expect_empty_plan(environment.work, "after a release"):
            _roll_back(environment, run)


def _roll_back(environment: EmulatedEnvironment, run: StageRun) -> None:
    engines = {service.release.engine for service in environment.settings.environment.service.values()}
    if "codedeploy" in engines:
        _each_service(environment, run, lambda runner: runner.roll_back("release that is stopped"))
        if run.is_passing:
            run.expect_empty_plan(environment.work, "after a rollback")


def _update(environment: EmulatedEnvironment, run: StageRun) -> None:
    """Other settings can be applied and released, and the next plan is empty after either."""
    environment.resynthesize(settings_change.change_settings(environment.settings))
    work = environment.work
    if run.record(work.plan()):
        run.notes.append(_count_changes(changes.from_plan(work.planned())))
    if run.is_passing and run.record(environment.apply()) and run.expect_empty_plan(work, "after an update"):
        _each_service(environment, run, lambda runner: runner.release("second release"))
        if run.is_passing:
            run.expect_empty_plan(work, "after the update's release")


def _destroy(environment: EmulatedEnvironment, run: StageRun) -> None:
    """Once it is disposable, the environment can be destroyed, and nothing of it remains."""
    environment.resynthesize(settings_change.make_disposable(environment.settings))
    work = environment.work
    if run.record(work.plan()) and run.record(environment.apply()) and run.record(work.destroy()):
        run.findings += [f"destroy left {address} in the state" for address in work.state()]
        before = environment.preexisting
        after = remaining_resources.list_resources(environment.aws, environment.settings.context.region)
        run.findings += [f"destroy left {name}" for name in sorted(after - before)]
        run.findings += [f"destroy took {name}, which was not ours" for name in sorted(before - after)]


_STAGES: dict[str, Callable[[EmulatedEnvironment, StageRun], None]] = {
    PROVIDER: _provider,
    APPLY: _apply,
    RELEASE: _release,
    UPDATE: _update,
    DESTROY: _destroy,
}


def _count_changes(planned: list[Change]) -> str:
    """Return how many changes there are of each kind, and what is replaced."""
    kinds = Counter(change.action for change in planned)
    replaced = [change.address for change in planned if change.action == "replace"]
    counts = ", ".join(f"{number} to {action}" for action, number in sorted(kinds.items())) or "nothing to change"
    return f"the update has {counts}" + (f" ({', '.join(replaced)})" if replaced else "")


def _check_assertions(environment: EmulatedEnvironment, run: StageRun) -> None:
    found = assertions.gather(environment.aws, environment.settings)
    if not found:
        run.findings.append("AWS was asked nothing")
    run.notes.append(f"{sum(each.passed for each in found)} facts hold")
    run.findings += [run.source_map.describe_setting(each.setting, str(each)) for each in found if not each.passed]


def _each_service(
    environment: EmulatedEnvironment, run: StageRun, act: Callable[[ReleaseRunner], Iterator[str]]
) -> None:
    """Add to the findings what is wrong after an ``act`` on each service whose pipeline is here."""
    settings = environment.settings
    for name in settings.environment.service if not settings.environment.pipelines_in else ():
        for wrong in act(ReleaseRunner(environment.aws, settings, name, environment.artifacts)):
            run.findings.append(run.source_map.describe_setting(("service", name, "release"), wrong))


def _read_log(aws: EmulatedAws) -> list[str]:
    """Return what the emulated AWS itself could not do, which may be the reason of everything else."""
    return [f"the emulated AWS says: {line}" for line in aws.log.read_text(encoding="utf-8").splitlines()[-5:] if line]
