"""Who hears of what: notification rules, rules of EventBridge with topics and buses, channels of Slack."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator.archive import pack
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, receive, role, subscribe
from tests.unit.aws_emulator.pipelines import Pipeline, action, bucket

pytestmark = pytest.mark.usefixtures("aws")

Json = dict[str, Any]

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"
PIPELINE = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:release"
EXECUTIONS = "codepipeline-pipeline-pipeline-execution"
PUBLISHERS = ["codestar-notifications.amazonaws.com", "events.amazonaws.com"]
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/central"


def topic(*publishers: str) -> str:
    """Create the topic, which admits ``publishers``; return the URL of a queue with what comes to it."""
    url = subscribe(TOPIC)
    principal = {"Service": list(publishers)}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "SNS:Publish", "Resource": TOPIC}
    if publishers:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        client("sns").set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=policy)
    return url


def received(queue: str) -> list[Any]:
    return [json.loads(message["Message"]) for message in receive(queue)]


def rule(**changes: Any) -> Json:
    """What CreateNotificationRule takes, with ``changes``."""
    return {
        "Name": "releases",
        "DetailType": "BASIC",
        "Resource": PIPELINE,
        "EventTypeIds": [f"{EXECUTIONS}-failed", "codepipeline-pipeline-manual-approval-needed"],
        "Targets": [{"TargetType": "SNS", "TargetAddress": TOPIC}],
        **changes,
    }


def pipeline(found: bool = True) -> Pipeline:
    """A pipeline that waits for somebody if its source is found, and fails if not."""
    bucket("source")
    if found:
        client("s3").put_object(Bucket="source", Key="a.zip", Body=pack({}))
    settings = {"S3Bucket": "source", "S3ObjectKey": "a.zip"}
    source = action("Source", "S3", settings, output="source", category="Source")
    made = Pipeline(source, action("Approve", "Manual", {}))
    made.settled()
    return made


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (True, ("CodePipeline Action Execution State Change", "STARTED")),
        (False, ("CodePipeline Pipeline Execution State Change", "FAILED")),
    ],
)
def test_a_rule_tells_a_topic_what_it_is_about_and_nothing_else(found: bool, told: tuple[str, str]) -> None:
    queue = topic(*PUBLISHERS)
    client("codestar-notifications").create_notification_rule(**rule())
    pipeline(found)
    (message,) = received(queue)
    assert (message["detailType"], message["detail"]["state"]) == told
    assert message["resources"] == [PIPELINE]


@pytest.mark.parametrize(
    "changed", [{"Status": "DISABLED"}, {"EventTypeIds": [f"{EXECUTIONS}-canceled"]}, {"Resource": f"{PIPELINE}-other"}]
)
def test_a_rule_about_something_else_tells_nothing(changed: Json) -> None:
    queue = topic(*PUBLISHERS)
    client("codestar-notifications").create_notification_rule(**rule(**changed))
    pipeline(found=False)
    assert received(queue) == []


def test_a_topic_that_does_not_admit_notifications_cannot_be_reached() -> None:
    queue, aws = topic(), client("codestar-notifications")
    arn = aws.create_notification_rule(**rule())["Arn"]
    (target,) = aws.describe_notification_rule(Arn=arn)["Targets"]
    assert target["TargetStatus"] == "UNREACHABLE"
    pipeline()
    assert received(queue) == []


def test_a_rule_is_told_changed_tagged_and_deleted() -> None:
    topic(*PUBLISHERS)
    aws = client("codestar-notifications")
    arn = aws.create_notification_rule(**rule(Tags={"owner": "web"}))["Arn"]
    told = aws.describe_notification_rule(Arn=arn)
    assert (told["Name"], told["Status"], told["Targets"][0]["TargetStatus"]) == ("releases", "ENABLED", "ACTIVE")
    assert told["EventTypes"][0]["EventTypeId"] == f"{EXECUTIONS}-failed"
    with pytest.raises(ClientError, match="ResourceAlreadyExistsException"):
        aws.create_notification_rule(**rule())

    aws.update_notification_rule(Arn=arn, DetailType="FULL", EventTypeIds=[f"{EXECUTIONS}-started"])
    aws.tag_resource(Arn=arn, Tags={"cost": "1"})
    aws.untag_resource(Arn=arn, TagKeys=["owner"])

    told = aws.describe_notification_rule(Arn=arn)
    assert (told["Name"], told["DetailType"], len(told["EventTypes"])) == ("releases", "FULL", 1)
    assert aws.list_tags_for_resource(Arn=arn)["Tags"] == {"cost": "1"}
    assert [each["Arn"] for each in aws.list_notification_rules()["NotificationRules"]] == [arn]
    aws.delete_notification_rule(Arn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.describe_notification_rule(Arn=arn)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"EventTypeIds": [f"{EXECUTIONS}-finished"]}, "Invalid event type ID .*-finished"),
        ({"EventTypeIds": ["codebuild-project-build-state-failed"]}, "Invalid event type ID codebuild"),
        ({"Targets": [{"TargetType": "Email", "TargetAddress": "x"}]}, "Invalid target type Email"),
    ],
)
def test_a_rule_that_cannot_tell_anything_is_refused(changed: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        client("codestar-notifications").create_notification_rule(**rule(**changed))


def listen(target: Json, name: str = "listen", bus: str = "default") -> None:
    pattern = json.dumps({"source": ["aws.codepipeline"], "detail": {"state": ["FAILED"]}})
    client("events").put_rule(Name=name, EventPattern=pattern, EventBusName=bus)
    client("events").put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "target", **target}])


@pytest.mark.parametrize(
    ("transformer", "expected"),
    [
        ({}, {"source": "aws.codepipeline", "detail-type": "CodePipeline Pipeline Execution State Change"}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"pipeline": "$.detail.pipeline"},
                    "InputTemplate": '"<pipeline> has failed"',
                }
            },
            "release has failed",
        ),
    ],
)
def test_a_rule_of_eventbridge_tells_a_topic(transformer: Json, expected: Any) -> None:
    queue = topic(*PUBLISHERS)
    listen({"Arn": TOPIC, **transformer})
    pipeline(found=False)
    (message,) = received(queue)
    assert message == expected if isinstance(expected, str) else expected.items() <= message.items()


def test_a_topic_that_does_not_admit_eventbridge_is_told_nothing() -> None:
    queue = topic("codestar-notifications.amazonaws.com")
    listen({"Arn": TOPIC})
    pipeline(found=False)
    assert received(queue) == []


@pytest.mark.parametrize(("allowed", "told"), [("events:PutEvents", 1), ("events:PutRule", 0)])
def test_an_event_goes_on_to_another_bus_if_the_role_may(allowed: str, told: int) -> None:
    queue = topic(*PUBLISHERS)
    client("events").create_event_bus(Name="central")
    listen({"Arn": TOPIC}, "tell", "central")
    arn = role("forward", "events.amazonaws.com", {"Effect": "Allow", "Action": allowed, "Resource": BUS})
    listen({"Arn": BUS, "RoleArn": arn})
    pipeline(found=False)
    assert len(received(queue)) == told


def channel(**changes: Any) -> Json:
    return {
        "ConfigurationName": "releases",
        "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/chat",
        "SlackTeamId": "T0",
        "SlackChannelId": "C0",
        **changes,
    }


def test_a_channel_of_slack_is_created_changed_and_deleted() -> None:
    aws = client("chatbot")
    made = aws.create_slack_channel_configuration(**channel(Tags=[{"TagKey": "owner", "TagValue": "web"}]))
    arn = made["ChannelConfiguration"]["ChatConfigurationArn"]
    with pytest.raises(ClientError, match="ConflictException"):
        aws.create_slack_channel_configuration(**channel())

    aws.update_slack_channel_configuration(ChatConfigurationArn=arn, SlackChannelId="C1", SnsTopicArns=[TOPIC])
    aws.untag_resource(ResourceARN=arn, TagKeys=["owner"])

    (told,) = aws.describe_slack_channel_configurations(ChatConfigurationArn=arn)["SlackChannelConfigurations"]
    assert (told["SlackChannelId"], told["SnsTopicArns"], told["LoggingLevel"]) == ("C1", [TOPIC], "NONE")
    assert aws.list_tags_for_resource(ResourceARN=arn)["Tags"] == []
    aws.delete_slack_channel_configuration(ChatConfigurationArn=arn)
    assert aws.describe_slack_channel_configurations()["SlackChannelConfigurations"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.delete_slack_channel_configuration(ChatConfigurationArn=arn)
