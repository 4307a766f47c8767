"""SNS and chat: who is told, and who may tell."""

from __future__ import annotations

import json

from tealform_harness.mutation.edits import add, create, drop, put
from tealform_harness.mutation.mutant import Mutant

_TOPIC = "notifications/topic"
_POLICY = "notifications/permissions"
_ARN = "${aws_sns_topic.notifications_topic.arn}"

MUTANTS = (
    Mutant(
        "topic-without-a-key",
        "the topic is not encrypted",
        "What is told lies there in plain text.",
        "prod",
        drop(_TOPIC, "kms_master_key_id"),
    ),
    Mutant(
        "anybody-may-tell",
        "the topic's policy lets anybody publish",
        "Anybody asks the team for an approval, with a link of their own.",
        "prod",
        add(
            _POLICY,
            "statement",
            {
                "sid": "Share",
                "effect": "Allow",
                "actions": ["sns:Publish"],
                "resources": [_ARN],
                "principals": [{"type": "AWS", "identifiers": ["*"]}],
            },
        ),
    ),
    Mutant(
        "anybody-may-listen",
        "the topic's policy is a text that lets anybody subscribe",
        "Anybody hears of each release, its commit and its failures.",
        "prod",
        put(
            "notifications/policy",
            "policy",
            json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": "*"}],
                }
            ),
        ),
    ),
    Mutant(
        "plain-http-to-the-topic",
        "the topic no longer denies plain HTTP",
        "What is told can be read and changed on its way.",
        "prod",
        drop(_POLICY, "statement/DenyPlainHttp"),
    ),
    Mutant(
        "plain-http-from-the-topic",
        "the topic tells an address by plain HTTP",
        "What is told can be read and changed on its way.",
        "prod",
        create(
            "aws_sns_topic_subscription.hook",
            topic_arn=_ARN,
            protocol="http",
            endpoint="http://hooks.example.net/releases",
        ),
    ),
    Mutant(
        "topic-tells-another-account",
        "a queue of another account is subscribed to the topic",
        "Whoever is there hears of each release, its commit and its failures.",
        "prod",
        create(
            "aws_sns_topic_subscription.queue",
            topic_arn=_ARN,
            protocol="sqs",
            endpoint="arn:aws:sqs:ap-northeast-1:999999999999:releases",
        ),
    ),
    Mutant(
        "failures-are-not-told",
        "a pipeline's failures are no longer told",
        "A release fails, and nobody hears of it.",
        "prod",
        drop(
            "pipeline-notifications-api/rule",
            "event_type_ids/codepipeline-pipeline-pipeline-execution-failed",
        ),
    ),
    Mutant(
        "chat-with-everything",
        "whoever is in the chat may do everything in the account",
        "One message in a channel deletes production.",
        "prod",
        put("chat/slack-07488f78", "guardrail_policy_arns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    ),
    Mutant(
        "chat-without-a-limit",
        "what limits the chat was removed",
        "The default is AdministratorAccess.",
        "prod",
        drop("chat/slack-07488f78", "guardrail_policy_arns"),
    ),
)
