from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import client

TABLE = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/orders",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}
TRACKING = {
    "TargetValue": 60.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
}


@pytest.fixture
def scaling(aws: None) -> Any:
    return client("application-autoscaling")


def registered(scaling: Any, **more: Any) -> str:
    target = scaling.register_scalable_target(**TABLE, MinCapacity=1, MaxCapacity=4, **more)
    return str(target["ScalableTargetARN"])


def put_policy(scaling: Any, name: str = "reads") -> dict[str, Any]:
    policy: dict[str, Any] = scaling.put_scaling_policy(
        **TABLE, PolicyName=name, PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACKING
    )
    return policy


def alarms() -> set[str]:
    return {alarm["AlarmName"] for alarm in client("cloudwatch").describe_alarms()["MetricAlarms"]}


def test_a_target_keeps_the_tags_that_it_is_registered_with(scaling: Any) -> None:
    arn = registered(scaling, Tags={"owner": "web", "cost": "42"})

    scaling.tag_resource(ResourceARN=arn, Tags={"owner": "platform"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["cost"])

    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"owner": "platform"}


def test_tags_of_a_target_that_is_there_are_refused(scaling: Any) -> None:
    registered(scaling)

    with pytest.raises(ClientError, match="ValidationException"):
        registered(scaling, Tags={"owner": "web"})


def test_the_same_request_sent_again_is_answered_as_the_first(scaling: Any) -> None:
    assert registered(scaling, Tags={"owner": "web"}) == registered(scaling, Tags={"owner": "web"})


def test_tags_of_an_unknown_target_are_refused(scaling: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scaling.list_tags_for_resource(ResourceARN="arn:aws:application-autoscaling:::scalable-target/none")


def test_a_policy_put_again_leaves_no_alarms_behind(scaling: Any) -> None:
    registered(scaling)
    first = put_policy(scaling)
    second = put_policy(scaling)

    assert second["PolicyARN"] == first["PolicyARN"]
    assert alarms() == {alarm["AlarmName"] for alarm in second["Alarms"]}


def test_policies_go_with_their_target(scaling: Any) -> None:
    registered(scaling)
    put_policy(scaling)

    scaling.deregister_scalable_target(**TABLE)

    assert scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    assert alarms() == set()


def put_schedule(scaling: Any, **changes: Any) -> None:
    limits = {"MinCapacity": 1, "MaxCapacity": 2}
    scaling.put_scheduled_action(
        **TABLE,
        **{
            "ScheduledActionName": "night",
            "Schedule": "cron(0 20 * * ? *)",
            "Timezone": "Asia/Tokyo",
            "ScalableTargetAction": limits,
            **changes,
        },
    )


def schedules(scaling: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scaling.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"]
    return found


def test_a_schedule_keeps_what_is_not_put_again(scaling: Any) -> None:
    registered(scaling)
    put_schedule(scaling)
    limits = {"MinCapacity": 0, "MaxCapacity": 3}
    scaling.put_scheduled_action(**TABLE, ScheduledActionName="night", ScalableTargetAction=limits)
    (told,) = schedules(scaling)
    assert (told["Schedule"], told["Timezone"]) == ("cron(0 20 * * ? *)", "Asia/Tokyo")
    assert told["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 3}


@pytest.mark.parametrize(
    "changes",
    [
        {"Schedule": "cron(0 20 * * *)"},
        {"Schedule": "every night"},
        {"Timezone": "Asia/Edo"},
        {"ScalableTargetAction": {}},
        {"ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}},
    ],
)
def test_a_schedule_that_says_nothing_sensible_is_refused(scaling: Any, changes: dict[str, Any]) -> None:
    registered(scaling)
    with pytest.raises(ClientError, match="ValidationException"):
        put_schedule(scaling, **changes)


def test_a_new_schedule_says_when(scaling: Any) -> None:
    registered(scaling)
    with pytest.raises(ClientError, match="ValidationException"):
        scaling.put_scheduled_action(
            **TABLE, ScheduledActionName="night", ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 3}
        )


@pytest.mark.parametrize("schedule", ["rate(1 day)", "rate(30 minutes)", "at(2027-01-01T00:00:00)"])
def test_other_forms_of_schedules_are_taken(scaling: Any, schedule: str) -> None:
    registered(scaling)
    put_schedule(scaling, Schedule=schedule)
    assert [each["Schedule"] for each in schedules(scaling)] == [schedule]


def test_a_schedule_goes_with_its_target(scaling: Any) -> None:
    registered(scaling)
    put_schedule(scaling)
    scaling.deregister_scalable_target(**TABLE)
    assert schedules(scaling) == []


@pytest.mark.parametrize("put", [put_policy, put_schedule])
def test_a_policy_or_schedule_needs_a_target(scaling: Any, put: Any) -> None:
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        put(scaling)


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("delete_scaling_policy", {"PolicyName": "reads"}),
        ("delete_scheduled_action", {"ScheduledActionName": "night"}),
        ("deregister_scalable_target", {}),
    ],
)
def test_what_is_gone_already_is_not_found(scaling: Any, operation: str, name: dict[str, str]) -> None:
    registered(scaling)
    put_policy(scaling)
    put_schedule(scaling)
    getattr(scaling, operation)(**TABLE, **name)
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        getattr(scaling, operation)(**TABLE, **name)
