"""Topics let in the services that publish, and no strangers."""

from __future__ import annotations

import json

import pytest

from tealform.policy.rules.topic_policy import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import drop, put

TOPIC, POLICY = "aws_sns_topic.notifications_topic", "aws_sns_topic_policy.notifications_policy"
DOCUMENT = "data.aws_iam_policy_document.notifications_permissions"
SUBSCRIPTION = "aws_sns_topic_subscription.notifications_email-9559520a"
OPEN = {"Sid": "Open", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish", "Resource": "*"}

BAD = {
    "no policy": (drop(POLICY), "has no policy that can be read here; takes plain HTTP"),
    "anybody": (
        put(POLICY, "policy", to=json.dumps({"Statement": OPEN})),
        "its statement Open lets anybody in; takes plain HTTP",
    ),
    "anybody in its own argument": (
        put(TOPIC, "policy", to=json.dumps({"Statement": [OPEN]})),
        "its statement Open lets anybody in",
    ),
    "plain HTTP": (put(DOCUMENT, "statement", 1, "condition", 0, "values", to=["true"]), "takes plain HTTP"),
    "somebody told by plain HTTP": (
        put(SUBSCRIPTION, "protocol", to="http"),
        f"{SUBSCRIPTION} is told by plain HTTP",
    ),
    "another account's queue": (
        put(SUBSCRIPTION, "endpoint", to="arn:aws:sqs:eu-west-1:999999999999:queue"),
        f"{SUBSCRIPTION} is another account's",
    ),
    "another account": (
        put(
            "data.aws_iam_policy_document.notifications_permissions",
            "statement",
            0,
            "principals",
            to=[{"type": "AWS", "identifiers": ["999999999999"]}],
        ),
        "its statement NotificationPublishers lets the account 999999999999 in, with which nothing here has to do",
    ),
}


def test_the_shipped_topic_is_for_its_publishers() -> None:
    assert shipped.judged(CHECK, "prod") == {TOPIC: ""}


@pytest.mark.parametrize("way", BAD)
def test_a_topic_for_strangers_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {TOPIC: message}
