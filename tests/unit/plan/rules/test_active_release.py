"""Which changes cut a release that is in progress, with an AWS that answers what each test says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from tealform.errors import TealformError
from tealform.plan import prior_state
from tealform.plan.guard import find_blockers
from tests.unit.plan import recorded
from tests.unit.plan.plans import change, plan, prior, resource
from tests.unit.plan.stub_aws import ACCOUNT, StubAws

_TEN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
_PIPELINE = "aws_codepipeline.delivery-web_pipeline"


def _executions(*statuses: str) -> dict[str, Any]:
    found = [{"pipelineExecutionId": f"e-{each}", "status": each, "startTime": _TEN} for each in statuses]
    return {"pipelineExecutionSummaries": found}


def _state(service: str, engine: str = "CODE_DEPLOY") -> list[dict[str, Any]]:
    return [
        resource(
            f"aws_codepipeline.delivery-{service}_pipeline",
            name=f"shop-{service}",
            arn=f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:shop-{service}",
        ),
        resource(
            f"aws_codedeploy_deployment_group.delivery-{service}_deployment_group",
            app_name=f"shop-{service}",
            deployment_group_name=f"shop-{service}",
        ),
        resource(
            f"aws_ecs_service.service-{service}_service",
            name=f"shop-{service}",
            cluster="shop",
            deployment_controller=[{"type": engine}],
        ),
    ]


def _blocked(aws: Any, *changes: dict[str, Any], state: Any = None) -> list[str]:
    planned = plan(*changes, prior_state=prior(*(_state("web") if state is None else state)))
    return [str(each) for each in find_blockers(planned, aws)]


def _updated(address: str, before: Any = None, after: Any = None) -> dict[str, Any]:
    return change("update", address=address, before=before or {"a": 1}, after=after or {"a": 2})


def test_a_change_of_the_pipeline_cancels_what_is_in_progress() -> None:
    stages = [
        {"stageName": "Build", "latestExecution": {"pipelineExecutionId": "e-Stopping", "status": "Succeeded"}},
        {"stageName": "Deploy", "latestExecution": {"pipelineExecutionId": "e-InProgress", "status": "InProgress"}},
    ]
    aws = StubAws(
        list_pipeline_executions=_executions("InProgress", "Stopping", "Succeeded", "Superseded"),
        get_pipeline_state={"stageStates": stages},
    )
    look = "(aws codepipeline get-pipeline-state --name shop-web --region eu-west-1); wait for its end"
    since = "in progress since 2026-11-25 10:00 UTC"
    assert _blocked(aws, _updated(_PIPELINE)) == [
        f"{_PIPELINE}: cancels execution e-InProgress of pipeline shop-web, {since}, in stage Deploy {look}",
        f"{_PIPELINE}: cancels execution e-Stopping of pipeline shop-web, {since} {look}",
    ]


def test_without_a_release_in_progress_it_is_harmless() -> None:
    aws = StubAws(list_pipeline_executions=_executions("Succeeded", "Failed", "Cancelled", "Stopped"))
    assert _blocked(aws, _updated(_PIPELINE)) == []
    assert aws.calls == ["get_caller_identity", "list_pipeline_executions shop-web"]


@pytest.mark.parametrize(
    "harmless",
    [
        _updated(_PIPELINE, {"tags": {}, "tags_all": {}}, {"tags": {"a": "b"}, "tags_all": {"a": "b"}}),
        change("create", address=_PIPELINE),
        change("forget", address=_PIPELINE),
        _updated("aws_iam_role_policy.delivery-web_build_role_policy"),
        _updated("aws_appautoscaling_target.service-web_scaling_target"),
        _updated("aws_lb_target_group.service-web_target-groups_blue"),
        _updated("aws_vpc_security_group_ingress_rule.load-balancer_production-from-0-0-0-0-0"),
        change("delete", "create", address="aws_ecs_task_definition.service-web_task-definition"),
        _updated("aws_ecs_service.service-web_service", *[{"deployment_controller": [{"type": "CODE_DEPLOY"}]}] * 2),
    ],
)
def test_what_no_release_minds_asks_nothing(harmless: dict[str, Any]) -> None:
    def clients(service: str) -> Any:
        raise AssertionError(f"asked {service}")

    assert _blocked(clients, harmless) == []


def _group(service: str, colour: str = "green") -> dict[str, Any]:
    address = f"aws_lb_target_group.service-{service}_target-groups_{colour}"
    return change("delete", "create", address=address, before={"arn": colour, "load_balancer_arns": []})


_IN_PROGRESS = {
    "list_deployments": {"deployments": ["d-1"]},
    "get_deployment": {"deploymentInfo": {"createTime": _TEN}},
}


def test_codedeploys_deployment() -> None:
    assert _blocked(StubAws(**_IN_PROGRESS), _group("web")) == [
        "aws_lb_target_group.service-web_target-groups_green: takes a target group away from deployment d-1 of shop-web, "
        "in progress since 2026-11-25 10:00 UTC (aws deploy get-deployment --deployment-id d-1 --region eu-west-1); "
        "wait for its end"
    ]


def test_a_deployment_of_ecs() -> None:
    """Each update of a service starts another one, as ``force_new_deployment`` says."""
    arn = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/shop-web/abc"
    aws = StubAws(list_service_deployments={"serviceDeployments": [{"serviceDeploymentArn": arn, "createdAt": _TEN}]})
    address = "aws_ecs_service.service-web_service"
    assert _blocked(aws, _updated(address), state=_state("web", "ECS")) == [
        f"{address}: starts a deployment that takes the place of deployment abc of shop-web, in progress since "
        f"2026-11-25 10:00 UTC (aws ecs describe-service-deployments --service-deployment-arns {arn} --region eu-west-1); "
        "wait for its end"
    ]


def test_only_releases_of_the_service_count() -> None:
    aws = StubAws(**_IN_PROGRESS)
    assert len(_blocked(aws, _group("web"), state=[*_state("web"), *_state("api")])) == 1
    asked = [each for each in aws.calls if not each.startswith("describe_target_groups")]
    assert asked == ["list_deployments shop-web shop-web", "get_deployment d-1"]


@pytest.mark.parametrize(
    ("address", "services"),
    [
        ("aws_vpc_endpoint.network_endpoints_ecr", ["api", "web"]),
        ("aws_vpc_security_group_ingress_rule.load-balancer_production-from-0-0-0-0-0", ["api", "web"]),
        ("aws_vpc_security_group_ingress_rule.service-web_from-load-balancer", ["web"]),
    ],
)
def test_what_is_shared_counts_for_all(address: str, services: list[str]) -> None:
    blocked = _blocked(
        StubAws(**_IN_PROGRESS), change("delete", address=address), state=[*_state("web"), *_state("api")]
    )
    assert [each.partition(", in progress")[0] for each in blocked] == [
        f"{address}: tasks may reach nothing, and not be reached, in deployment d-1 of shop-{service}"
        for service in services
    ]


def test_a_pipeline_that_goes_tells_it_for_its_build() -> None:
    aws = StubAws(list_pipeline_executions=_executions("InProgress"))
    build = change("delete", address="aws_codebuild_project.delivery-web_build_project")
    assert len(_blocked(aws, build)) == 1
    assert [each.partition(":")[0] for each in _blocked(aws, build, change("delete", address=_PIPELINE))] == [_PIPELINE]


def test_a_pipeline_elsewhere_leaves_the_deployments() -> None:
    """With ``pipelines_in`` the pipeline is in another account, and its execution is cut by nothing here."""
    state = _state("web")[1:]
    assert len(_blocked(StubAws(**_IN_PROGRESS), _group("web"), state=state)) == 1


def _refused(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "ListPipelineExecutions")


_MAY_NOT = (
    "User: arn:aws:sts::123456789012:assumed-role/{}/me is not authorized to perform: "
    "codepipeline:ListPipelineExecutions on resource: arn:aws:codepipeline:eu-west-1:123456789012:shop-web because no "
    "identity-based policy allows the codepipeline:ListPipelineExecutions action"
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "Unable to locate credentials"),
        (EndpointConnectionError(endpoint_url="https://x"), 'Could not connect to the endpoint URL: "https://x"'),
        (_refused("AccessDeniedException", "may not"), "AccessDenied: ListPipelineExecutions"),
        *(
            (
                _refused("AccessDeniedException", _MAY_NOT.format(role)),
                "AccessDenied: codepipeline:ListPipelineExecutions on "
                "arn:aws:codepipeline:eu-west-1:123456789012:shop-web",
            )
            for role in ("shop-plan", "shop-apply")
        ),
        (
            _refused("Throttled", "slower"),
            "An error occurred (Throttled) when calling the ListPipelineExecutions operation: slower",
        ),
    ],
)
def test_what_cannot_be_seen_stops_too(error: Exception, said: str) -> None:
    aws = StubAws(list_pipeline_executions=error)
    build = change("delete", address="aws_codebuild_project.delivery-web_build_project")
    role = change("delete", address="aws_iam_role_policy.delivery-web_build_role_policy")
    because = (
        f"it cannot be seen whether this cuts a release in progress: {said}. Mend that, or look yourself: "
        "aws codepipeline get-pipeline-state --name shop-web"
    )
    assert _blocked(aws, build, role) == [f"{each['address']}: {because}" for each in (build, role)]
    assert aws.calls == ["get_caller_identity", "list_pipeline_executions shop-web"], "once, not for each change"


def test_without_a_client_nothing_is_seen() -> None:
    def clients(service: str) -> Any:
        raise TealformError("the region is missing.")

    (blocked,) = _blocked(clients, _updated(_PIPELINE))
    assert "the region is missing. Mend that, or look" in blocked


@pytest.mark.parametrize("code", ["PipelineNotFoundException", "DeploymentGroupDoesNotExistException"])
def test_what_is_gone_meanwhile_releases_nothing(code: str) -> None:
    aws = StubAws(list_pipeline_executions=_refused(code), list_deployments=_refused(code))
    assert _blocked(aws, _updated(_PIPELINE), _group("web")) == []
    assert [each for each in aws.calls if each.startswith("list")] == [
        "list_pipeline_executions shop-web",
        "list_deployments shop-web shop-web",
    ]


@pytest.mark.parametrize("answer", [_refused("PipelineNotFoundException"), _executions("Succeeded")])
def test_credentials_of_another_account_show_nothing(answer: Any) -> None:
    """There it is gone, or is another one of the same name."""
    aws = StubAws(get_caller_identity={"Account": "999999999999"}, list_pipeline_executions=answer)
    assert _blocked(aws, _updated(_PIPELINE)) == [
        f"{_PIPELINE}: it cannot be seen whether this cuts a release in progress: the credentials are those of account "
        f"999999999999, and it is in account {ACCOUNT}. Mend that, or look yourself: "
        "aws codepipeline get-pipeline-state --name shop-web"
    ]


def _identities(*changes: dict[str, Any], **answers: Any) -> list[tuple[str, str]]:
    planned = plan(*changes, prior_state=prior(*_state("web")))
    return [each.identity for each in find_blockers(planned, StubAws(**answers))]


def test_a_release_is_recognized_in_another_stage_and_another_one_is_not() -> None:
    """What is allowed is what somebody has read: that this release is cut, wherever it is by then."""

    def at(stage: str, execution: str = "InProgress") -> list[tuple[str, str]]:
        latest = {"pipelineExecutionId": f"e-{execution}", "status": "InProgress"}
        state = {"stageStates": [{"stageName": stage, "latestExecution": latest}]}
        executions = _executions(execution)
        return _identities(_updated(_PIPELINE), list_pipeline_executions=executions, get_pipeline_state=state)

    assert at("Build") == at("Deploy") != at("Deploy", "Stopping")
    unseen = [
        _identities(_updated(_PIPELINE), list_pipeline_executions=_refused(code)) for code in ("Throttled", "Down")
    ]
    assert unseen[0] == unseen[1] != at("Build")


def test_what_a_broken_off_replacement_has_left_stops_no_release() -> None:
    left = change("delete", address="aws_ecs_service.service-web_service", deposed="1a2b")
    state = [each for each in _state("web", "ECS") if each["type"] == "aws_ecs_service"]
    deployment = {"serviceDeploymentArn": "arn:a/b", "createdAt": _TEN}
    aws = StubAws(list_service_deployments={"serviceDeployments": [deployment]})
    assert _blocked(aws, left, state=state) == []
    assert len(_blocked(aws, change("delete", address=left["address"]), state=state)) == 2


def test_what_takes_its_place_is_asked_about() -> None:
    """In a state, what a broken off replacement has left has the same address, and may come first."""
    pipeline = _state("web")[0]
    left = {**pipeline, "deposed_key": "1a2b", "values": {**pipeline["values"], "name": "old"}}

    def executions(pipelineName: str) -> Any:  # noqa: N803 - as AWS has it
        return _executions("InProgress") if pipelineName != "old" else {}

    aws = StubAws(list_pipeline_executions=executions)
    (blocked,) = _blocked(aws, _updated(_PIPELINE), state=[left, pipeline])
    assert "execution e-InProgress of pipeline shop-web" in blocked


def test_the_rule_of_test_traffic_ends_while_a_release_needs_it() -> None:
    rule = change("delete", address="aws_lb_listener_rule.service-web_rules_test", before={"action": [{"type": "x"}]})
    assert _blocked(StubAws(list_deployments={}), rule) == []
    (blocked,) = _blocked(StubAws(**_IN_PROGRESS), rule)
    assert "takes a rule away from deployment d-1 of shop-web" in blocked


def test_a_plan_without_its_state_shows_no_release() -> None:
    (blocked,) = find_blockers(plan(_updated(_PIPELINE)), StubAws())
    assert blocked.reason.startswith("it cannot be seen whether this cuts a release in progress: the plan does not say")


def test_nothing_is_asked_about_with_the_whole_environment_twice() -> None:
    aws = StubAws(list_pipeline_executions=_executions("InProgress"), **_IN_PROGRESS)
    blocked = [each for each in find_blockers(recorded.plan("destroy"), aws) if "in progress" in each.reason]
    assert sorted({each.address for each in blocked}) == [
        "aws_codedeploy_deployment_group.delivery-web_deployment_group",
        _PIPELINE,
        "aws_ecs_service.service-web_service",
    ]
    assert sorted(each for each in aws.calls if not each.startswith("describe_target_groups")) == [
        "get_caller_identity",
        "get_deployment d-1",
        "get_pipeline_state shop-dev-web",
        "list_deployments shop-dev-web shop-dev-web",
        "list_pipeline_executions shop-dev-web",
    ]


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("aws_codepipeline.delivery-web_pipeline", "web"),
        ("aws_codedeploy_deployment_group.release-web-shop_deployment_group", "web-shop"),
        ("aws_ecs_service.service-web_service", "web"),
        ("aws_codepipeline.for-prod_delivery-web_pipeline", "prod/web"),
        ("module.mine.aws_lambda_function.check", "module.mine.aws_lambda_function.check"),
        ("aws_lb.load-balancer", "aws_lb.load-balancer"),
    ],
)
def test_owners(address: str, owner: str) -> None:
    assert prior_state.find_owner(address) == owner
