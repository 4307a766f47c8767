"""A chat may read, and nothing more."""

from __future__ import annotations

import pytest

from tealform.policy.rules.event_chat import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import GONE, put

CHAT = "aws_chatbot_slack_channel_configuration.chat_slack-07488f78"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DEFAULT = "names no guardrail policy, and AWS's default is AdministratorAccess"
ANYBODY = "whoever is in the channel acts with its role, without one of their own"

BAD = {
    "everything": (put(CHAT, "guardrail_policy_arns", to=[ADMINISTRATOR]), f"its guardrail is {ADMINISTRATOR}"),
    "everything by default": (put(CHAT, "guardrail_policy_arns", to=GONE), DEFAULT),
    "an empty list": (put(CHAT, "guardrail_policy_arns", to=[]), DEFAULT),
    "anybody": (put(CHAT, "user_authorization_required", to=False), ANYBODY),
}


def test_the_shipped_chat_reads() -> None:
    assert shipped.judged(CHECK, "prod") == {CHAT: ""}


@pytest.mark.parametrize("way", BAD)
def test_a_chat_that_may_do_more_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {CHAT: message}
