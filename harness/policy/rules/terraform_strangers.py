"""Nothing leads to an account that has no part in this."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.policy import allowed
from harness.policy.check import Check
from harness.policy.environment import Environment
from harness.policy.rule import Rule
from harness.terraform_json import Resource

_WAYS: Mapping[str, str] = {
    "aws_cloudwatch_log_subscription_filter": "destination_arn",
    "aws_ram_principal_association": "principal",
    "aws_sns_topic_subscription": "endpoint",
    "aws_vpc_peering_connection": "peer_owner_id",
}
"""By type, the argument that says where it leads. Who a policy lets in is for the rules on policies, and what a
setting may name in another account (secrets, keys, images, certificates) is read from there, and leads nowhere."""


_ACCOUNT = re.compile(r"(?:arn:[^:]*:[^:]*:[^:]*:)?(\d{12})(?::.*)?")
"""The account of an ARN, or what is one itself."""


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    argument = _WAYS[resource.type]
    found = _ACCOUNT.fullmatch(str(resource.body.get(argument, "")))
    if found and found[1] not in allowed.accounts(environment):
        yield f"its {argument} is of the account {found[1]}, with which nothing here has to do"


CHECK = Check(
    Rule(
        id="CUT_TERRAFORM_STRANGERS",
        severity="high",
        title="Logs, messages and networks lead to no account that has no part in the environment",
        why="Whoever is there reads what services log and what people are told, or reaches from their network what the "
        "VPC's addresses may reach.",
        fix="Take it out, or waive it with the name of whoever owns the account.",
        link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html",
    ),
    types=tuple(_WAYS),
    judge=_judge,
)
