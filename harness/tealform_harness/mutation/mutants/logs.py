"""CloudWatch Logs: how long they are kept, under which key, and who reads them."""

from __future__ import annotations

import json

from tealform_harness.mutation.edits import create, drop, put, remove
from tealform_harness.mutation.mutant import Mutant

_GROUP = "service-api/logs/group"

MUTANTS = (
    Mutant(
        "logs-of-a-day",
        "the log of a service in production is kept for a day",
        "When an attack is found, its traces are gone.",
        "prod",
        put(_GROUP, "retention_in_days", 1),
    ),
    Mutant(
        "logs-of-flows-of-a-week",
        "flow logs in production are kept for a week",
        "When an attack is found, its traces are gone.",
        "prod",
        put("network/flow-logs/logs/group", "retention_in_days", 7),
    ),
    Mutant(
        "logs-for-ever",
        "how long a log is kept was removed",
        "The default is for ever, personal data and costs included.",
        "prod",
        drop(_GROUP, "retention_in_days"),
    ),
    Mutant(
        "logs-for-ever-by-zero",
        "a log is kept for zero days",
        "Zero is for ever, personal data and costs included.",
        "prod",
        put(_GROUP, "retention_in_days", 0),
    ),
    Mutant(
        "logs-without-a-key",
        "a log is not under the environment's key",
        "Who may read it is no longer the key's decision.",
        "prod",
        drop(_GROUP, "kms_key_id"),
    ),
    Mutant(
        "no-log-group",
        "the log group of a service was removed",
        "Containers log into a group that is not there: no task starts.",
        "prod",
        remove(_GROUP),
    ),
    Mutant(
        "log-group-renamed",
        "the log group of a service was renamed, and its containers log into the old one",
        "No task starts.",
        "prod",
        put(_GROUP, "name", "/shop/prod/backend"),
    ),
    Mutant(
        "logs-for-anybody",
        "a policy of CloudWatch Logs lets anybody write",
        "Anybody fills the logs, and hides in them.",
        "prod",
        create(
            "aws_cloudwatch_log_resource_policy.open",
            policy_name="open",
            policy_document=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}
                    ],
                }
            ),
        ),
    ),
    Mutant(
        "logs-to-another-account",
        "the log of a service is sent to another account",
        "Whoever is there reads all that it logs.",
        "prod",
        create(
            "aws_cloudwatch_log_subscription_filter.copy",
            name="copy",
            log_group_name="${aws_cloudwatch_log_group.service-api_logs_group.name}",
            filter_pattern="",
            destination_arn="arn:aws:logs:ap-northeast-1:999999999999:destination:copy",
        ),
    ),
)
