"""Which releases are in progress, as AWS says."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from harness.errors import HarnessError
from harness.plan import owners, state
from harness.plan.state import Resource

Clients = Callable[[str], Any]
Kind = Literal["execution", "deployment"]

# What has been taken away since the plan looked releases nothing.
_GONE = {
    "ApplicationDoesNotExistException",
    "ClusterNotFoundException",
    "DeploymentGroupDoesNotExistException",
    "PipelineNotFoundException",
    "ServiceNotFoundException",
}
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecutionSummary.html
_EXECUTION = ("InProgress", "Stopping")
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ListDeployments.html
_DEPLOYMENT = ["Created", "Queued", "InProgress", "Baking", "Ready"]
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentBrief.html
_SERVICE_DEPLOYMENT = ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]


class UnseenError(HarnessError):
    """It cannot be seen what is in progress; says why, and with which command somebody may look himself."""


class Releases:
    """Asks AWS about the pipelines and services that the plan knows, each once.

    ``clients`` makes a client of an AWS service, in the region of the environment; nothing is asked before it must be.
    """

    def __init__(self, plan: Mapping[str, Any], clients: Clients) -> None:
        self._plan, self._clients = plan, clients
        self._asked: dict[str, list[str] | UnseenError] = {}

    def in_progress(self, kind: Kind, owner: str | None) -> list[str]:
        """What is in progress, of one owner (see ``owners``) or of all, a sentence each.

        An ``execution`` is a pipeline's, a ``deployment`` is CodeDeploy's or Amazon ECS's. Raises ``UnseenError``.
        """
        if not state.is_told(self._plan):
            raise UnseenError("the plan does not say which pipelines and services there are. Look at them yourself")
        found: list[str] = []
        for type_, ask in _SOURCES[kind].items():
            for resource in state.resources(self._plan, type_):
                if owner in (None, owners.of(resource.address)):
                    found += self._once(resource, ask)
        return found

    def _once(self, resource: Resource, ask: Callable[[Resource, Clients], Iterator[str]]) -> list[str]:
        if resource.address not in self._asked:
            try:
                self._asked[resource.address] = list(ask(resource, self._clients))
            except UnseenError as error:
                self._asked[resource.address] = error
        answer = self._asked[resource.address]
        if isinstance(answer, UnseenError):
            raise answer
        return answer


def _executions(pipeline: Resource, clients: Clients) -> Iterator[str]:
    """The newest hundred: what is in progress is among them.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html
    """
    name = pipeline.values.get("name", "")
    look = f"aws codepipeline get-pipeline-state --name {name}"
    client = _made(clients, "codepipeline", look)
    answer = _answer(look, lambda: client.list_pipeline_executions(pipelineName=name))
    for each in answer.get("pipelineExecutionSummaries", ()):
        if each["status"] in _EXECUTION:
            id_ = each["pipelineExecutionId"]
            stages = _answer(look, lambda: client.get_pipeline_state(name=name)).get("stageStates", ())
            yield f"execution {id_} of pipeline {name}, {_since(each.get('startTime'))}{_in_stage(stages, id_)} ({_shown(look, client)})"


def _in_stage(stages: Any, execution: str) -> str:
    """In which stage an execution is; nothing where it waits between two."""
    for stage in stages:
        latest = stage.get("latestExecution", {})
        if latest.get("pipelineExecutionId") == execution and latest.get("status") in _EXECUTION:
            return f", in stage {stage['stageName']}"
    return ""


def _deployments(group: Resource, clients: Clients) -> Iterator[str]:
    names = group.values.get("app_name", ""), group.values.get("deployment_group_name", "")
    look = f"aws deploy list-deployments --application-name {names[0]} --deployment-group-name {names[1]}"
    client = _made(clients, "codedeploy", look)
    ask = functools.partial(client.list_deployments, applicationName=names[0], deploymentGroupName=names[1])
    answer = _answer(look, lambda: ask(includeOnlyStatuses=_DEPLOYMENT))
    for id_ in answer.get("deployments", ()):
        look = f"aws deploy get-deployment --deployment-id {id_}"
        ask = functools.partial(client.get_deployment, deploymentId=id_)
        told = _answer(look, ask).get("deploymentInfo", {})
        yield f"deployment {id_} of {names[1]}, {_since(told.get('createTime'))} ({_shown(look, client)})"


def _service_deployments(service: Resource, clients: Clients) -> Iterator[str]:
    """Those of Amazon ECS itself; where CodeDeploy deploys there are none."""
    if not deploys_itself(service.values):
        return
    name, cluster = service.values.get("name", ""), service.values.get("cluster", "")
    look = f"aws ecs list-service-deployments --cluster {cluster} --service {name}"
    client = _made(clients, "ecs", look)
    ask = functools.partial(client.list_service_deployments, cluster=cluster, service=name)
    for each in _answer(look, lambda: ask(status=_SERVICE_DEPLOYMENT)).get("serviceDeployments", ()):
        arn = each["serviceDeploymentArn"]
        look = f"aws ecs describe-service-deployments --service-deployment-arns {arn}"
        yield f"deployment {arn.rpartition('/')[2]} of {name}, {_since(each.get('createdAt'))} ({_shown(look, client)})"


def deploys_itself(service: Mapping[str, Any]) -> bool:
    """Whether Amazon ECS deploys a service, which it does where nobody says otherwise."""
    return all(each.get("type", "ECS") == "ECS" for each in state.blocks(service, "deployment_controller"))


_SOURCES: Mapping[Kind, Mapping[str, Callable[[Resource, Clients], Iterator[str]]]] = {
    "execution": {"aws_codepipeline": _executions},
    "deployment": {"aws_codedeploy_deployment_group": _deployments, "aws_ecs_service": _service_deployments},
}


def _made(clients: Clients, service: str, look: str) -> Any:
    return _answer(look, lambda: clients(service))


def _answer(look: str, ask: Callable[[], Any]) -> Any:
    """What AWS answers; nothing where what is asked about is gone."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _GONE:
            return {}
        raise UnseenError(f"{str(error).rstrip('.')}. Mend that, or look yourself: {look}") from error
    except (BotoCoreError, HarnessError) as error:
        raise UnseenError(f"{str(error).rstrip('.')}. Mend that, or look yourself: {look}") from error


def _since(time: datetime | None) -> str:
    return f"in progress since {time.astimezone(UTC):%Y-%m-%d %H:%M UTC}" if time else "in progress"


def _shown(look: str, client: Any) -> str:
    return f"{look} --region {client.meta.region_name}"
