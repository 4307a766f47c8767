"""Conditions of stages, rollback and retry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator.archive import pack
from tealform_harness.aws_emulator.codepipeline.action_run import ActionError
from tealform_harness.aws_emulator.codepipeline.conditions import is_window_open
from tests.unit.aws_emulator.clients import client, set_alarm
from tests.unit.aws_emulator.pipelines import Pipeline, action, bucket

Json = dict[str, Any]

MAY_LOOK = {"Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms", "lambda:InvokeFunction"], "Resource": "*"}
ALARM = {"AlarmName": "errors"}
KEY_IS = {"Variable": "#{Source.ObjectKey}", "Value": "a.zip"}


@pytest.fixture(autouse=True)
def _sources(aws: None) -> None:
    bucket("source")
    put("1")


def put(content: str) -> None:
    client("s3").put_object(Bucket="source", Key="a.zip", Body=pack({"content": content.encode()}))


def hook(name: str, provider: str, configuration: Json, result: str = "FAIL") -> Json:
    """A condition of one rule."""
    return {name: {"conditions": [{"result": result, "rules": [rule("Look", provider, configuration)]}]}}


def rule(name: str, provider: str = "CloudWatchAlarm", configuration: Json | None = None) -> Json:
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": kind, "configuration": ALARM if configuration is None else configuration}


def pipeline(settled: bool = True, may: Json | None = MAY_LOOK, mode: str = "QUEUED", **hooks: Any) -> Pipeline:
    """A pipeline that puts its source into the bucket ``target``; ``hooks`` are of that stage."""
    settings = {"S3Bucket": "source", "S3ObjectKey": "a.zip"}
    source = action("Source", "S3", settings, output="source", category="Source", namespace="Source")
    deploy = action("Deploy", "S3", {"BucketName": "target", "Extract": "true"}, "source")
    stages = [{"name": "Source", "actions": [source]}, {"name": "Deploy", "actions": [deploy], **hooks}]
    made = Pipeline(stages=stages, may=may, executionMode=mode)
    if settled:
        made.settled()
    return made


def released() -> bytes:
    return bytes(client("s3").get_object(Bucket="target", Key="content")["Body"].read())


def statuses(made: Pipeline) -> list[tuple[str, str]]:
    """How the executions go, newest first, with how their deployment does."""
    stage = made.stage("Deploy")
    return [(stage["latestExecution"]["status"], made.executions()[0]["status"])]


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("EQ", "a.zip", True),
        ("EQ", "a", False),
        ("NE", "a", True),
        ("NE", "a.zip", False),
        ("CONTAINS", ".z", True),
        ("CONTAINS", "b", False),
        ("MATCHES", r"\w\.zip", True),
        ("MATCHES", "a", False),
    ],
)
@pytest.mark.parametrize("result", ["FAIL", "SKIP"])
def test_a_stage_is_entered_if_a_variable_holds(operator: str, value: str, holds: bool, result: str) -> None:
    bucket("target")
    wanted = {**KEY_IS, "Value": value, "Operator": operator}
    made = pipeline(**hook("beforeEntry", "VariableCheck", wanted, result))
    otherwise = {"FAIL": ("Failed", "Failed"), "SKIP": ("Skipped", "Succeeded")}[result]
    assert statuses(made) == [("Succeeded", "Succeeded") if holds else otherwise]
    assert ("Contents" in client("s3").list_objects_v2(Bucket="target")) == holds
    told = made.stage("Deploy")["beforeEntryConditionState"]["latestExecution"]["status"]
    assert told == ("Succeeded" if holds else "Failed")


@pytest.mark.parametrize(
    ("state", "ends"), [("OK", "Succeeded"), ("INSUFFICIENT_DATA", "Succeeded"), ("ALARM", "Failed")]
)
@pytest.mark.parametrize("when", ["beforeEntry", "onSuccess"])
@pytest.mark.parametrize("waiting", [{}, {"WaitTime": "1"}])
def test_an_alarm_that_is_raised_stops_a_release(state: str, ends: str, when: str, waiting: Json) -> None:
    bucket("target")
    set_alarm(state)
    made = pipeline(**hook(when, "CloudWatchAlarm", {**ALARM, **waiting}))
    assert statuses(made) == [(ends, ends)]
    (rule,) = made.aws.list_rule_executions(pipelineName="release")["ruleExecutionDetails"]
    assert (rule["ruleName"], rule["stageName"], rule["status"]) == ("Look", "Deploy", ends)


@pytest.mark.parametrize(
    ("may", "message"), [(MAY_LOOK, "The alarm errors does not exist"), (None, "not authorized to perform cloudwatch:")]
)
def test_an_alarm_that_cannot_be_looked_at_stops_a_release(may: Json | None, message: str) -> None:
    bucket("target")
    made = pipeline(may=may, **hook("beforeEntry", "CloudWatchAlarm", ALARM))
    (state,) = made.stage("Deploy")["beforeEntryConditionState"]["conditionStates"]
    assert message in state["ruleStates"][0]["latestExecution"]["errorDetails"]["message"]
    assert statuses(made) == [("Failed", "Failed")]


def test_a_closed_window_holds_a_release_until_somebody_overrides_it() -> None:
    bucket("target")
    made = pipeline(**hook("beforeEntry", "DeploymentWindow", {"Cron": "0 * * * * * 1970"}))
    assert statuses(made) == [("InProgress", "InProgress")]
    execution = made.executions()[0]["pipelineExecutionId"]
    where = {"pipelineName": "release", "stageName": "Deploy", "pipelineExecutionId": execution}
    with pytest.raises(ClientError, match="ConditionNotOverridableException"):
        made.aws.override_stage_condition(**where, conditionType="ON_SUCCESS")
    made.aws.override_stage_condition(**where, conditionType="BEFORE_ENTRY")
    made.settled()
    assert statuses(made) == [("Succeeded", "Succeeded")]
    assert made.stage("Deploy")["beforeEntryConditionState"]["latestExecution"]["status"] == "Overridden"


def test_an_open_window_lets_a_release_in() -> None:
    bucket("target")
    assert statuses(pipeline(**hook("beforeEntry", "DeploymentWindow", {"Cron": "0 * * ? * *"}))) == [
        ("Succeeded", "Succeeded")
    ]


@pytest.mark.parametrize(
    ("cron", "zone", "expected"),
    [
        ("* * 9-17 ? * MON-FRI *", "UTC", True),
        ("* * 9-17 ? * MON-FRI *", "Asia/Tokyo", False),
        ("* * 9-17 ? * MON-FRI *", "UTC+09:00", False),
        ("* * 2-8 ? * MON-FRI *", "UTC-08:00", True),
        ("* * * ? * SAT,SUN", "UTC", False),
        ("* 0/15 * ? * *", "UTC", True),
        ("* 1-59/15 * ? * *", "UTC", False),
        ("* * * 1-7 JUL *", "UTC", True),
        ("* * * 8 7 ?", "UTC", False),
    ],
)
def test_a_window_is_open_at_the_times_of_its_zone(cron: str, zone: str, expected: bool) -> None:
    assert is_window_open(cron, zone, datetime(2026, 7, 1, 10, 30, tzinfo=UTC)) is expected


@pytest.mark.parametrize(("cron", "zone"), [("* * * * *", "UTC"), ("* * * ? * *", "Mars"), ("* * * L * ?", "UTC")])
def test_a_window_that_cannot_be_read_is_refused(cron: str, zone: str) -> None:
    with pytest.raises(ActionError):
        is_window_open(cron, zone, datetime(2026, 7, 1, 10, 30, tzinfo=UTC))


ROLLING_BACK: dict[str, Json] = {
    "a failure": {"onFailure": {"result": "ROLLBACK"}},
    "a condition": hook("onSuccess", "CloudWatchAlarm", ALARM, "ROLLBACK"),
    "a failure and a condition": hook("onFailure", "CloudWatchAlarm", ALARM, "ROLLBACK"),
}


@pytest.mark.parametrize("because", ROLLING_BACK)
def test_a_stage_is_rolled_back_to_what_it_ran_last(because: str) -> None:
    bucket("target")
    set_alarm("OK")
    made = pipeline(**ROLLING_BACK[because])
    good = made.executions()[0]["pipelineExecutionId"]
    set_alarm("ALARM")
    if because != "a condition":
        client("s3").put_object(Bucket="source", Key="a.zip", Body=b"no ZIP")
    else:
        put("2")
    bad = made.start()
    made.settled()
    set_alarm("OK")
    newest, failed, *_ = made.executions()
    made.settled()
    assert (failed["pipelineExecutionId"], failed["status"]) == (bad, "Failed")
    assert newest["trigger"] == {"triggerType": "AutomatedRollback", "triggerDetail": bad}
    assert (newest["executionType"], newest["rollbackMetadata"]) == (
        "ROLLBACK",
        {"rollbackTargetPipelineExecutionId": good},
    )
    assert released() == b"1"


def test_a_failure_with_a_quiet_alarm_is_not_rolled_back() -> None:
    bucket("target")
    set_alarm("OK")
    made = pipeline(**ROLLING_BACK["a failure and a condition"])
    client("s3").put_object(Bucket="source", Key="a.zip", Body=b"no ZIP")
    made.start()
    assert made.settled()["status"] == "Failed"
    assert [each["executionType"] for each in made.executions()] == ["STANDARD", "STANDARD"]


def test_without_a_release_of_the_same_structure_there_is_nothing_to_roll_back_to() -> None:
    bucket("target")
    made = pipeline(onFailure={"result": "ROLLBACK"})
    made.aws.update_pipeline(pipeline=made.declared)
    client("s3").put_object(Bucket="source", Key="a.zip", Body=b"no ZIP")
    made.start()
    assert made.settled()["status"] == "Failed"
    assert len(made.executions()) == 2


def test_a_stage_is_rolled_back_by_hand_to_an_execution_that_succeeded_in_it() -> None:
    bucket("target")
    made = pipeline()
    good = made.executions()[0]["pipelineExecutionId"]
    put("2")
    made.start()
    made.settled()
    assert released() == b"2"
    with pytest.raises(ClientError, match="UnableToRollbackStage"):
        made.aws.rollback_stage(pipelineName="release", stageName="Source", targetPipelineExecutionId=good)
    made.aws.rollback_stage(pipelineName="release", stageName="Deploy", targetPipelineExecutionId=good)
    assert made.settled()["status"] == "Succeeded"
    assert released() == b"1"
    made.aws.update_pipeline(pipeline=made.declared)
    with pytest.raises(ClientError, match="PipelineExecutionOutdated"):
        made.aws.rollback_stage(pipelineName="release", stageName="Deploy", targetPipelineExecutionId=good)


@pytest.mark.parametrize("mode", ["FAILED_ACTIONS", "ALL_ACTIONS"])
def test_a_failed_stage_is_tried_once_more(mode: str) -> None:
    made = pipeline(settled=False, onFailure={"result": "RETRY", "retryConfiguration": {"retryMode": mode}})
    for _ in range(4):
        made.executions()
    bucket("target")
    made.settled()
    assert statuses(made) == [("Succeeded", "Succeeded")]
    assert made.stage("Deploy")["retryStageMetadata"]["autoStageRetryAttempt"] == 1


def test_a_stage_that_fails_again_has_failed() -> None:
    made = pipeline(onFailure={"result": "RETRY"})
    bucket("target")
    made.settled()
    assert statuses(made) == [("Failed", "Failed")]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"mode": "PARALLEL", "onFailure": {"result": "ROLLBACK"}},
            "cannot be rolled back in the execution mode PARALLEL",
        ),
        (hook("beforeEntry", "CloudWatchAlarm", ALARM, "ROLLBACK"), "ROLLBACK is not a valid result for beforeEntry"),
        (hook("onSuccess", "CloudWatchAlarm", ALARM, "SKIP"), "SKIP is not a valid result for onSuccess"),
        (hook("beforeEntry", "CloudWatchAlarm", ALARM, "SKIP"), "SKIP of stage Deploy is available with rules of"),
        (hook("beforeEntry", "Astrology", {}), "Provider: 'Astrology'. in rule 'Look' is not available"),
        (hook("beforeEntry", "CloudWatchAlarm", {}), "rule 'Look' is missing required configuration 'AlarmName'"),
        (hook("beforeEntry", "VariableCheck", {**KEY_IS, "Operator": "LT"}), "operator of rule 'Look' must be one of"),
        ({"onFailure": {"result": "SKIP"}}, "SKIP is not a valid result for onFailure"),
        (
            {"onFailure": {"result": "ROLLBACK", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}},
            "the result of onFailure is not RETRY",
        ),
        (
            {"onFailure": {**hook("onFailure", "CloudWatchAlarm", ALARM, "ROLLBACK")["onFailure"], "result": "RETRY"}},
            "cannot be retried automatically with conditions",
        ),
        (
            {"beforeEntry": {"conditions": [{"result": "FAIL", "rules": [rule(str(number)) for number in range(6)]}]}},
            "must have 1 to 5 rules",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(changed: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        pipeline(**changed)


def test_the_source_stage_is_not_rolled_back_and_the_first_type_has_no_conditions() -> None:
    made = pipeline()
    source, deploy = made.declared["stages"]
    wrong = {**made.declared, "stages": [{**source, "onFailure": {"result": "ROLLBACK"}}, deploy]}
    with pytest.raises(ClientError, match="Source is a source stage and cannot be rolled back"):
        made.aws.update_pipeline(pipeline=wrong)
    old = {**made.declared, "pipelineType": "V1", "executionMode": "SUPERSEDED"}
    old["stages"] = [source, {**deploy, "onFailure": {"result": "ROLLBACK"}}]
    with pytest.raises(ClientError, match="Pipeline type V1 does not support onFailure in stage Deploy"):
        made.aws.update_pipeline(pipeline=old)
