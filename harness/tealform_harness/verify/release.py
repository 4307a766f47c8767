"""Releases on the emulated AWS, as a developer and an approver see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform.settings.loader import LoadedEnvironment
from tealform.terraform.subprocesses import HALT
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify import push_source, routes

_POLLS = 500
"""How often the pipeline is polled before it counts as stuck; each poll takes it one step further."""

# What a release may change of a task definition: the image, and the command of the placeholder image.
_IMAGE_KEYS = ("image", "command")
_REVISION_KEYS = ("taskDefinitionArn", "revision", "registeredAt", "registeredBy", "status", "deregisteredAt")


@dataclass(frozen=True)
class Live:
    """What has production traffic: the target groups with a weight, and the task definition that the service runs."""

    target_groups: tuple[str, ...]
    task_definition: str


class ReleaseRunner:
    """Releases one service of an environment. ``artifacts`` is the folder that a developer pushes."""

    def __init__(self, aws: EmulatedAws, settings: LoadedEnvironment, name: str, artifacts: Path) -> None:
        self._aws, self._settings, self._name, self._artifacts = aws, settings, name, artifacts
        self._service = settings.environment.service[name]
        self._full_name = settings.context.name(name)
        self._held: set[str] = set()
        self._pipelines, self._ecs, self._deployments, self._images = (
            aws.client(service, settings.context.region) for service in ("codepipeline", "ecs", "codedeploy", "ecr")
        )

    def release(self, message: str) -> Iterator[str]:
        """Push, approve and continue where asked, and wait for the end. Yield what is not as it should be.

        One push starts one execution. Green is held where the settings say so. Afterwards it has all traffic, the
        service runs the image that was built, and its task definition is Terraform's but for image and command.
        """
        # A new pipeline has started once by itself, and fails where the branch is not there yet.
        self._follow(self._continue)
        self._held.clear()
        before, executions = self.live(), self._executions()
        newest = self._describe(self._full_name)
        push_source.push(self._aws, self._settings, self._name, self._artifacts, message)
        started = [each for each in self._executions() if each not in executions]
        if len(started) != 1:
            yield f"a push to {self._name} started {len(started)} executions of its pipeline instead of one"
            return
        status = self._follow(self._continue)
        if status != "Succeeded":
            yield f"the pipeline of {self._name} {status.lower()}: {'; '.join(self._list_failures())}"
            return
        yield from self._check_cutover(before, self.live())
        yield from self._check_hold()
        yield from self._check_task_definition(newest)

    def roll_back(self, message: str) -> Iterator[str]:
        """Push, and stop the deployment once traffic has moved. Yield what is not as it was before.

        Where blue is not kept, a rollback is impossible after that, and the deployment is stopped before.
        Only CodeDeploy can be stopped here: ECS finishes within one poll of the build that watches it.
        """
        if self._service.release.engine == "ecs":
            return
        before = self.live()

        def stop() -> None:
            self._continue()
            if self.live().target_groups != before.target_groups or not self._service.release.keep_blue_minutes:
                for under_way in self._list_deployments("InProgress"):
                    self._deployments.stop_deployment(deploymentId=under_way, autoRollbackEnabled=True)

        push_source.push(self._aws, self._settings, self._name, self._artifacts, message)
        status = self._follow(stop)
        if status != "Failed":
            yield f"a release of {self._name} that was stopped {status.lower()}"
        if (after := self.live()) != before:
            yield f"{after} is live in {self._name} after a rollback, before it was {before}"

    def live(self) -> Live:
        """Return what has production traffic now."""
        port = self._settings.environment.load_balancer.port
        weights = routes.read_weights(self._aws, self._settings, self._name, port)
        groups = tuple(group for route in weights for group, weight in route.items() if weight)
        return Live(groups, self._running())

    def _running(self) -> str:
        """Return the task definition of the primary task set, or of the service: ECS's own blue/green has no task sets."""
        cluster = self._settings.context.name()
        (service,) = self._ecs.describe_services(cluster=cluster, services=[self._full_name])["services"]
        if self._service.release.engine == "ecs":
            return str(service["taskDefinition"])
        (primary,) = (each for each in service["taskSets"] if each["status"] == "PRIMARY")
        return str(primary["taskDefinition"])

    def _executions(self) -> list[str]:
        answer = self._pipelines.list_pipeline_executions(pipelineName=self._full_name)
        return [each["pipelineExecutionId"] for each in answer["pipelineExecutionSummaries"]]

    def _follow(self, meanwhile: Callable[[], object]) -> str:
        """Poll until the newest execution has ended, approving what waits and calling ``meanwhile``. Return its status."""
        for _ in range(_POLLS):
            HALT.get().check()
            for stage in self._stages():
                self._approve(stage)
                self._override_conditions(stage)
            meanwhile()
            answer = self._pipelines.list_pipeline_executions(pipelineName=self._full_name, maxResults=1)
            status = str(answer["pipelineExecutionSummaries"][0]["status"])
            if status != "InProgress":
                return status
        return f"was still in progress after {_POLLS} looks"

    def _stages(self) -> list[dict[str, Any]]:
        return list(self._pipelines.get_pipeline_state(name=self._full_name)["stageStates"])

    def _approve(self, stage: dict[str, Any]) -> None:
        for action in stage["actionStates"]:
            latest = action.get("latestExecution", {})
            if latest.get("token") and latest["status"] == "InProgress":
                self._pipelines.put_approval_result(
                    pipelineName=self._full_name,
                    stageName=stage["stageName"],
                    actionName=action["actionName"],
                    token=latest["token"],
                    result={"summary": "looked at", "status": "Approved"},
                )

    def _override_conditions(self, stage: dict[str, Any]) -> None:
        """Let in an execution that waits before a stage, as a person may who does not wait for its window."""
        waiting = stage.get("beforeEntryConditionState", {}).get("latestExecution", {})
        if waiting.get("status") != "InProgress":
            return
        # The window may have opened by itself.
        with suppress(self._pipelines.exceptions.ConditionNotOverridableException):
            self._pipelines.override_stage_condition(
                pipelineName=self._full_name,
                stageName=stage["stageName"],
                pipelineExecutionId=self._executions()[0],
                conditionType="BEFORE_ENTRY",
            )

    def _continue(self) -> None:
        """Send production traffic to green that is held, as a person would after a look at it."""
        if self._service.release.engine == "ecs":
            return
        for held in self._list_deployments("Ready"):
            self._held.add(held)
            self._deployments.continue_deployment(deploymentId=held, deploymentWaitType="READY_WAIT")

    def _list_deployments(self, status: str) -> list[str]:
        group = {"applicationName": self._full_name, "deploymentGroupName": self._full_name}
        answer = self._deployments.list_deployments(**group, includeOnlyStatuses=[status])
        return list(answer["deployments"])

    def _list_failures(self) -> Iterator[str]:
        for stage in self._stages():
            for action in stage["actionStates"]:
                latest = action.get("latestExecution", {})
                if latest.get("status") == "Failed":
                    yield f"{action['actionName']}: {latest.get('errorDetails', {}).get('message', 'no reason given')}"

    def _check_cutover(self, before: Live, after: Live) -> Iterator[str]:
        if len(after.target_groups) != 1 or after.target_groups == before.target_groups:
            yield f"production traffic of {self._name} is on {after.target_groups}, before it was {before.target_groups}"
        if after.task_definition == before.task_definition:
            yield f"{self._name} still runs {before.task_definition}"
        image = self._container(self._describe(after.task_definition))["image"]
        if image not in self._list_images():
            yield f"{self._name} runs {image}, which its build never pushed"

    def _check_hold(self) -> Iterator[str]:
        """Check that green is held where the settings say so, and nowhere else."""
        if bool(self._held) != bool(self._service.release.hold_minutes):
            minutes = self._service.release.hold_minutes
            yield f"green of {self._name} was held {len(self._held)} times; the settings say for {minutes} minutes"

    def _list_images(self) -> list[str]:
        name = push_source.image_repository(self._settings, self._name)
        repository = self._images.describe_repositories(repositoryNames=[name])["repositories"][0]
        digests = self._images.list_images(repositoryName=name)["imageIds"]
        return [f"{repository['repositoryUri']}@{each['imageDigest']}" for each in digests]

    def _check_task_definition(self, newest: dict[str, Any]) -> Iterator[str]:
        """Check that the release keeps every setting of ``newest``, the revision before it."""
        released = self._describe(self.live().task_definition)
        ours, theirs = self._comparable(newest), self._comparable(released)
        for key in sorted({*ours, *theirs}):
            if ours.get(key) != theirs.get(key):
                yield f"a release changes {key} of {self._name}: {ours.get(key)!r} becomes {theirs.get(key)!r}"

    def _describe(self, task_definition: str) -> dict[str, Any]:
        return dict(self._ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"])

    def _container(self, task_definition: dict[str, Any]) -> dict[str, Any]:
        (container,) = task_definition["containerDefinitions"]
        return dict(container)

    def _comparable(self, task_definition: dict[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in task_definition.items() if key not in _REVISION_KEYS}
        container = self._container(kept)
        del kept["containerDefinitions"]
        return kept | {f"container {key}": value for key, value in container.items() if key not in _IMAGE_KEYS}
