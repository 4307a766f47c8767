"""Notifications that arrive."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.settings.environment import Environment
from tealform.settings.errors import SettingPath
from tealform.settings.rules.conflict import Conflict, Rule, check_region

_HERE = ("notifications",)
_TOPIC: SettingPath = (*_HERE, "topic")
_KEY: SettingPath = (*_HERE, "topic_kms_key")


def check_topic(environment: Environment, name: str) -> Iterator[Conflict]:
    """Require an existing topic where the pipelines and services are: EventBridge and CodePipeline reach no other region."""
    notifications = environment.notifications
    if notifications is None or notifications.topic is None:
        return
    reason = f"what is told comes from {environment.region}: name a topic there"
    yield from check_region(_TOPIC, notifications.topic, environment.region, reason)
    account = notifications.topic.split(":")[4]
    if account != environment.account:
        message = f"belongs to account {account}; name one of this environment's own, {environment.account}"
        yield Conflict(_TOPIC, message, (("account",),))
    if environment.pipelines_in and environment.pipelines_in != name:
        message = (
            "the pipelines are in another account, where this topic is not; leave it out, and each account gets one"
        )
        yield Conflict(_TOPIC, message, (("pipelines_in",),))


def check_topic_settings(environment: Environment, name: str) -> Iterator[Conflict]:
    """Refuse subscribers of an existing topic, and a key of a topic that is created under the environment's key."""
    notifications = environment.notifications
    if notifications is None:
        return
    if notifications.topic and notifications.emails:
        message = "a topic that exists has its own subscribers; subscribe there, or leave topic out"
        yield Conflict((*_HERE, "emails"), message, (_TOPIC,))
    if notifications.topic_kms_key and not notifications.topic:
        message = "a topic that is created here is under the environment's own key; leave this out"
        yield Conflict(_KEY, message, (_TOPIC,))
    elif notifications.topic_kms_key:
        reason = f"a topic is encrypted with a key of its own region, {environment.region}"
        yield from check_region(_KEY, notifications.topic_kms_key, environment.region, reason, (("region",), _TOPIC))


def check_partition(environment: Environment, name: str) -> Iterator[Conflict]:
    """Refuse notification rules and chats outside AWS's commercial regions.

    https://docs.aws.amazon.com/general/latest/gr/codestar_notifications.html
    https://docs.aws.amazon.com/general/latest/gr/chatbot.html
    """
    notifications = environment.notifications
    if notifications is None or environment.context(name).partition == "aws":
        return
    if notifications.events:
        message = f"there are no notification rules for pipelines in {environment.region}; use events = [], with which the rest is told"
        yield Conflict((*_HERE, "events"), message, (("region",),))
    for chat in ("slack", "teams"):
        if getattr(notifications, chat):
            message = f"AWS speaks to no chat from {environment.region}; leave it out"
            yield Conflict((*_HERE, chat), message, (("region",),))


RULES: tuple[Rule, ...] = (check_topic, check_topic_settings, check_partition)
