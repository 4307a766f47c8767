"""Clients of the emulated AWS, made once, and what many tests create with them.

Reading a service's model takes longer than any test.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3

Json = dict[str, Any]

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"


@cache
def client(service: str) -> Any:
    """Return a client of ``service``, for use inside ``mock_aws``."""
    session: Any = boto3.Session("test", "test", region_name=REGION)
    return session.client(service)


def role(name: str, service: str, *statements: Json) -> str:
    """Create a role that trusts ``service`` and has ``statements`` as its policy; return its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        client("iam").put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document)
    return str(made["Role"]["Arn"])


def create_function(name: str, *statements: Json) -> None:
    """Create a function of that name, with a role of that name that has ``statements`` as its policy."""
    client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(name, "lambda.amazonaws.com", *statements),
        Handler="index.handler",
        Code={"ZipFile": b"none"},
    )


def set_alarm(state: str) -> None:
    """Bring the alarm "errors" into ``state``; create it if necessary."""
    cloudwatch = client("cloudwatch")
    comparison = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Period": 60, "Threshold": 1}
    cloudwatch.put_metric_alarm(
        AlarmName="errors", MetricName="errors", Namespace="shop", Statistic="Sum", **comparison
    )
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue=state, StateReason="test")


def listen(**pattern: Any) -> Callable[[], list[Json]]:
    """Send events that match ``pattern`` to a queue; return a function that returns those that have come."""
    queue = client("sqs").create_queue(QueueName="events")["QueueUrl"]
    client("events").put_rule(Name="listen", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:events"
    client("events").put_targets(Rule="listen", Targets=[{"Id": "queue", "Arn": arn}])
    return lambda: receive(queue)


def receive(queue: str) -> list[Json]:
    """Return the messages in a queue, read as JSON."""
    messages = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def subscribe(topic: str) -> str:
    """Create the topic of that ARN and a queue with its messages; return the queue's URL."""
    name = topic.rpartition(":")[2]
    client("sns").create_topic(Name=name)
    url = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic.replace(":sns:", ":sqs:"))
    return str(url)
