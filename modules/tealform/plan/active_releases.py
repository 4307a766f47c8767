"""Which releases are in progress, as AWS says."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tealform.plan import prior_state, resource_owner
from tealform.plan.aws_queries import Aws, UnseenError, answer
from tealform.plan.prior_state import Resource

Kind = Literal["execution", "deployment"]

# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecutionSummary.html
_EXECUTION = ("InProgress", "Stopping")
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ListDeployments.html
_DEPLOYMENT = ["Created", "Queued", "InProgress", "Baking", "Ready"]
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentBrief.html
_SERVICE_DEPLOYMENT = ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]


@dataclass(frozen=True)
class Release:
    """A release in progress: what it is, like ``execution 1 of pipeline web``, and how it is going at the moment."""

    name: str
    going: str

    def __str__(self) -> str:
        return f"{self.name}, {self.going}"


class Releases:
    """Asks AWS about the pipelines and services that the plan knows, each once."""

    def __init__(self, plan: Mapping[str, Any], aws: Aws) -> None:
        self._plan, self._aws = plan, aws
        self._asked: dict[str, list[Release] | UnseenError] = {}

    def in_progress(self, kind: Kind, owner: str | None) -> list[Release]:
        """What is in progress, of one owner (see ``owners``) or of all.

        An ``execution`` is a pipeline's, a ``deployment`` is CodeDeploy's or Amazon ECS's. Raises ``UnseenError``.
        """
        if not prior_state.is_told(self._plan):
            raise UnseenError("the plan does not say which pipelines and services there are. Look at them yourself")
        found: list[Release] = []
        for type_, ask in _SOURCES[kind].items():
            for resource in prior_state.resources(self._plan, type_):
                if owner in (None, resource_owner.of(resource.address)):
                    found += self._once(resource, ask)
        return found

    def _once(self, resource: Resource, ask: Callable[[Resource, Aws], Iterator[Release]]) -> list[Release]:
        if resource.address not in self._asked:
            try:
                self._asked[resource.address] = list(ask(resource, self._aws))
            except UnseenError as error:
                self._asked[resource.address] = error
        told = self._asked[resource.address]
        if isinstance(told, UnseenError):
            raise told
        return told


def _executions(pipeline: Resource, aws: Aws) -> Iterator[Release]:
    """The newest hundred: what is in progress is among them.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html
    """
    name = pipeline.values.get("name", "")
    look = f"aws codepipeline get-pipeline-state --name {name}"
    client = aws.client("codepipeline", pipeline.values, look)
    told = answer(look, lambda: client.list_pipeline_executions(pipelineName=name))
    for each in told.get("pipelineExecutionSummaries", ()):
        if each["status"] in _EXECUTION:
            id_ = each["pipelineExecutionId"]
            stages = answer(look, lambda: client.get_pipeline_state(name=name)).get("stageStates", ())
            going = f"{_since(each.get('startTime'))}{_in_stage(stages, id_)} ({_shown(look, client)})"
            yield Release(f"execution {id_} of pipeline {name}", going)


def _in_stage(stages: Any, execution: str) -> str:
    """In which stage an execution is; nothing where it waits between two."""
    for stage in stages:
        latest = stage.get("latestExecution", {})
        if latest.get("pipelineExecutionId") == execution and latest.get("status") in _EXECUTION:
            return f", in stage {stage['stageName']}"
    return ""


def _deployments(group: Resource, aws: Aws) -> Iterator[Release]:
    names = group.values.get("app_name", ""), group.values.get("deployment_group_name", "")
    look = f"aws deploy list-deployments --application-name {names[0]} --deployment-group-name {names[1]}"
    client = aws.client("codedeploy", group.values, look)
    ask = functools.partial(client.list_deployments, applicationName=names[0], deploymentGroupName=names[1])
    found = answer(look, lambda: ask(includeOnlyStatuses=_DEPLOYMENT)).get("deployments", ())
    for id_ in found:
        look = f"aws deploy get-deployment --deployment-id {id_}"
        ask = functools.partial(client.get_deployment, deploymentId=id_)
        told = answer(look, ask).get("deploymentInfo", {})
        yield Release(f"deployment {id_} of {names[1]}", f"{_since(told.get('createTime'))} ({_shown(look, client)})")


def _service_deployments(service: Resource, aws: Aws) -> Iterator[Release]:
    """Those of Amazon ECS itself; where CodeDeploy deploys there are none."""
    if not deploys_itself(service.values):
        return
    name, cluster = service.values.get("name", ""), service.values.get("cluster", "")
    look = f"aws ecs list-service-deployments --cluster {cluster} --service {name}"
    client = aws.client("ecs", service.values, look)
    ask = functools.partial(client.list_service_deployments, cluster=cluster, service=name)
    for each in answer(look, lambda: ask(status=_SERVICE_DEPLOYMENT)).get("serviceDeployments", ()):
        arn = each["serviceDeploymentArn"]
        look = f"aws ecs describe-service-deployments --service-deployment-arns {arn}"
        going = f"{_since(each.get('createdAt'))} ({_shown(look, client)})"
        yield Release(f"deployment {arn.rpartition('/')[2]} of {name}", going)


def deploys_itself(service: Mapping[str, Any]) -> bool:
    """Whether Amazon ECS deploys a service, which it does where nobody says otherwise."""
    return all(each.get("type", "ECS") == "ECS" for each in prior_state.blocks(service, "deployment_controller"))


_SOURCES: Mapping[Kind, Mapping[str, Callable[[Resource, Aws], Iterator[Release]]]] = {
    "execution": {"aws_codepipeline": _executions},
    "deployment": {"aws_codedeploy_deployment_group": _deployments, "aws_ecs_service": _service_deployments},
}


def _since(time: datetime | None) -> str:
    return f"in progress since {time.astimezone(UTC):%Y-%m-%d %H:%M UTC}" if time else "in progress"


def _shown(look: str, client: Any) -> str:
    return f"{look} --region {client.meta.region_name}"
