"""Notifications that arrive: for each rule what passes, and what fails with its message."""

import pytest

from tests.support import environment, mistakes, mistakes_among

FILE = "environments/test/environment.hcl"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:operations"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
SLACK = 'slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n}'
CHINA = ("eu-west-1", "cn-north-1")


def teams(channel: str, team: str = UUID) -> str:
    return "\n".join(
        ("teams {", f'tenant = "{UUID}"', f'team = "{team}"', f'channel = "{channel}"', "}"),
    )


def told(*lines: str) -> str:
    """Line 16 is the first of ``lines``."""
    return environment(top="\n".join(("notifications {", *lines, "}")))


def in_china(*lines: str) -> str:
    return told(*lines).replace(*CHINA)


ACCEPTED = {
    "nothing but the topic": told(),
    "addresses": told('emails = ["a@example.com", "first.last+tag@mail.example.co.uk"]'),
    "a topic that exists": told(f'topic = "{TOPIC}"'),
    "a topic that exists, with its key": told(f'topic = "{TOPIC}"', f'topic_kms_key = "{KEY}"'),
    "a topic that exists, and a chat": told(f'topic = "{TOPIC}"', SLACK),
    "chats": told(SLACK, teams("19%3aab12cd34%40thread.tacv2")),
    "no events": told("events = []"),
    "what is left in china": in_china("events = []", 'emails = ["a@example.com"]'),
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=list(ACCEPTED))
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


REFUSED = [
    (
        told('topic = "arn:aws:sns:us-east-1:123456789012:operations"'),
        ":16: notifications.topic: is in us-east-1; what is told comes from eu-west-1: name a topic there",
    ),
    (
        told('topic = "arn:aws:sns:eu-west-1:999999999999:operations"'),
        ":16: notifications.topic: belongs to account 999999999999; name one of this environment's own, 123456789012",
    ),
    (
        told(f'topic = "{TOPIC}.fifo"'),
        f':16: notifications.topic: "{TOPIC}.fifo" is not the ARN of an SNS topic, which must not be a FIFO one',
    ),
    (
        told(f'topic = "{TOPIC}"', 'emails = ["a@example.com"]'),
        ":17: notifications.emails: a topic that exists has its own subscribers; subscribe there, or leave topic out",
    ),
    (
        told(f'topic_kms_key = "{KEY}"'),
        ":16: notifications.topic_kms_key: a topic that is created here is under the environment's own key; leave this out",
    ),
    (
        told(f'topic = "{TOPIC}"', f'topic_kms_key = "{KEY.replace("eu-west-1", "us-east-1")}"'),
        ":17: notifications.topic_kms_key: is in us-east-1; a topic is encrypted with a key of its own region, eu-west-1",
    ),
    (told('emails = ["somebody"]'), ':16: notifications.emails[0]: "somebody" is not an e-mail address'),
    (
        told('slack {\n workspace = "acme"\n channel = "C012AB3CD"\n}'),
        ':17: notifications.slack.workspace: "acme" is not the id of a Slack workspace, like T012AB3CD',
    ),
    (
        told('slack {\n workspace = "T012AB3CD"\n channel = "#releases"\n}'),
        ':18: notifications.slack.channel: "#releases" is not the id of a Slack channel, like C012AB3CD',
    ),
    (
        told(teams("19:ab12cd34@thread.tacv2")),
        ':19: notifications.teams.channel: "19:ab12cd34@thread.tacv2" is not the id of a Teams channel as its link has '
        "it, like 19%3aab12cd34%40thread.tacv2",
    ),
    (
        told(teams("19%3aab12cd34%40thread.tacv2", "releases")),
        f':18: notifications.teams.team: "releases" is not an id like {UUID}',
    ),
    (
        in_china(),
        ":15: notifications.events: there are no notification rules for pipelines in cn-north-1; use events = [], with "
        "which the rest is told",
    ),
    (in_china("events = []", SLACK), ":17: notifications.slack: AWS speaks to no chat from cn-north-1; leave it out"),
    (
        in_china("events = []", teams("19%3aab12cd34%40thread.tacv2")),
        ":17: notifications.teams: AWS speaks to no chat from cn-north-1; leave it out",
    ),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message.split(": ", 1)[1] for _, message in REFUSED])
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [FILE + message]


def test_a_topic_that_exists_is_not_where_the_pipelines_are() -> None:
    tools = 'project = "shop"\nregion = "eu-west-1"\naccount = "999999999999"\n'
    live = environment(top=f'pipelines_in = "tools"\nnotifications {{\n topic = "{TOPIC}"\n}}')
    (line,) = mistakes_among({"tools": tools, "live": live}, "live")
    assert line.endswith(
        "notifications.topic: the pipelines are in another account, where this topic is not; leave it out, and each "
        "account gets one"
    )
    without = live.replace(f'topic = "{TOPIC}"', "")
    assert mistakes_among({"tools": tools, "live": without}, "live") == []
