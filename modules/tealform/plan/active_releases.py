"""The releases in progress, according to AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tealform.plan import prior_state
from tealform.plan.aws_queries import Aws, UnseenError, query
from tealform.plan.prior_state import PriorResource, find_owner

Kind = Literal["execution", "deployment"]

# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecutionSummary.html
_EXECUTION = ("InProgress", "Stopping")
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ListDeployments.html
_DEPLOYMENT = ["Created", "Queued", "InProgress", "Baking", "Ready"]
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentBrief.html
_SERVICE_DEPLOYMENT = ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]


@dataclass(frozen=True)
class ActiveRelease:
    """A release in progress: its name, like ``execution 1 of pipeline web``, and its status at the moment."""

    name: str
    status: str

    def __str__(self) -> str:
        return f"{self.name}, {self.status}"


_Query = Callable[[PriorResource, Aws], Iterator[ActiveRelease]]


class ActiveReleases:
    """Asks AWS about the pipelines and services that the plan knows, each once."""

    def __init__(self, plan: Mapping[str, Any], aws: Aws) -> None:
        self._plan, self._aws = plan, aws
        self._answers: dict[str, list[ActiveRelease] | UnseenError] = {}

    def in_progress(self, kind: Kind, owner: str | None) -> list[ActiveRelease]:
        """Return the releases in progress of one owner (see ``find_owner``) or of all.

        Pipelines have an ``execution``, CodeDeploy and Amazon ECS a ``deployment``. Raises ``UnseenError``.
        """
        if not prior_state.is_known(self._plan):
            raise UnseenError("the plan does not say which pipelines and services there are. Look at them yourself")
        found: list[ActiveRelease] = []
        for type_, ask in _SOURCES[kind].items():
            for resource in prior_state.resources(self._plan, type_):
                if owner in (None, find_owner(resource.address)):
                    found += self._once(resource, ask)
        return found

    def _once(self, resource: PriorResource, ask: _Query) -> list[ActiveRelease]:
        if resource.address not in self._answers:
            try:
                self._answers[resource.address] = list(ask(resource, self._aws))
            except UnseenError as error:
                self._answers[resource.address] = error
        answer = self._answers[resource.address]
        if isinstance(answer, UnseenError):
            raise answer
        return answer


def _executions(pipeline: PriorResource, aws: Aws) -> Iterator[ActiveRelease]:
    """Only the newest hundred: those in progress are among them.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html
    """
    name = pipeline.values.get("name", "")
    look = f"aws codepipeline get-pipeline-state --name {name}"
    client = aws.client("codepipeline", pipeline.values, look)
    answer = query(look, client.list_pipeline_executions, pipelineName=name)
    for each in answer.get("pipelineExecutionSummaries", ()):
        if each["status"] in _EXECUTION:
            id_ = each["pipelineExecutionId"]
            stages = query(look, client.get_pipeline_state, name=name).get("stageStates", ())
            since = f"{_since(each.get('startTime'))}{_in_stage(stages, id_)}"
            yield ActiveRelease(f"execution {id_} of pipeline {name}", f"{since} ({_in_region(look, client)})")


def _in_stage(stages: Any, execution: str) -> str:
    """Name the stage that an execution is in; empty if it waits between two."""
    for stage in stages:
        latest = stage.get("latestExecution", {})
        if latest.get("pipelineExecutionId") == execution and latest.get("status") in _EXECUTION:
            return f", in stage {stage['stageName']}"
    return ""


def _deployments(group: PriorResource, aws: Aws) -> Iterator[ActiveRelease]:
    application, name = group.values.get("app_name", ""), group.values.get("deployment_group_name", "")
    look = f"aws deploy list-deployments --application-name {application} --deployment-group-name {name}"
    client = aws.client("codedeploy", group.values, look)
    parameters = {"applicationName": application, "deploymentGroupName": name, "includeOnlyStatuses": _DEPLOYMENT}
    for id_ in query(look, client.list_deployments, **parameters).get("deployments", ()):
        look = f"aws deploy get-deployment --deployment-id {id_}"
        answer = query(look, client.get_deployment, deploymentId=id_)
        since = _since(answer.get("deploymentInfo", {}).get("createTime"))
        yield ActiveRelease(f"deployment {id_} of {name}", f"{since} ({_in_region(look, client)})")


def _service_deployments(service: PriorResource, aws: Aws) -> Iterator[ActiveRelease]:
    """Those of Amazon ECS itself: a service that CodeDeploy deploys has none."""
    if not is_deployed_by_ecs(service.values):
        return
    name, cluster = service.values.get("name", ""), service.values.get("cluster", "")
    look = f"aws ecs list-service-deployments --cluster {cluster} --service {name}"
    client = aws.client("ecs", service.values, look)
    answer = query(look, client.list_service_deployments, cluster=cluster, service=name, status=_SERVICE_DEPLOYMENT)
    for each in answer.get("serviceDeployments", ()):
        arn = each["serviceDeploymentArn"]
        look = f"aws ecs describe-service-deployments --service-deployment-arns {arn}"
        status = f"{_since(each.get('createdAt'))} ({_in_region(look, client)})"
        yield ActiveRelease(f"deployment {arn.rpartition('/')[2]} of {name}", status)


def is_deployed_by_ecs(service: Mapping[str, Any]) -> bool:
    """Whether Amazon ECS deploys a service, which is the default."""
    return all(each.get("type", "ECS") == "ECS" for each in prior_state.blocks(service, "deployment_controller"))


_SOURCES: Mapping[Kind, Mapping[str, _Query]] = {
    "execution": {"aws_codepipeline": _executions},
    "deployment": {"aws_codedeploy_deployment_group": _deployments, "aws_ecs_service": _service_deployments},
}


def _since(time: datetime | None) -> str:
    return f"in progress since {time.astimezone(UTC):%Y-%m-%d %H:%M UTC}" if time else "in progress"


def _in_region(look: str, client: Any) -> str:
    return f"{look} --region {client.meta.region_name}"
