"""Notifications that arrive."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.rules.violation import Conflict

_HERE = ("notifications",)
_TOPIC = (*_HERE, "topic")


def topic(environment: Environment, name: str) -> Iterator[Conflict]:
    """A topic that exists is where the pipelines and services are: EventBridge and CodePipeline reach no other region."""
    told = environment.notifications
    if told is None or told.topic is None:
        return
    region, account = told.topic.split(":")[3:5]
    if region != environment.region:
        message = f"is in {region}; what is told comes from {environment.region}: name a topic there"
        yield Conflict(_TOPIC, message, (("region",),))
    if account != environment.account:
        message = f"belongs to account {account}; name one of this environment's own, {environment.account}"
        yield Conflict(_TOPIC, message, (("account",),))
    if environment.pipelines_in and environment.pipelines_in != name:
        yield Conflict(
            _TOPIC,
            "the pipelines are in another account, where this topic is not; leave it out, and each account gets one",
            (("pipelines_in",),),
        )


def subscribers(environment: Environment, name: str) -> Iterator[Conflict]:
    """A topic that exists has subscribers and a key of its own; one that is created is under the environment's key."""
    told = environment.notifications
    if told is None:
        return
    if told.topic and told.emails:
        yield Conflict(
            (*_HERE, "emails"),
            "a topic that exists has its own subscribers; subscribe there, or leave topic out",
            (_TOPIC,),
        )
    if told.topic_kms_key and not told.topic:
        yield Conflict(
            (*_HERE, "topic_kms_key"),
            "a topic that is created here is under the environment's own key; leave this out",
            (_TOPIC,),
        )
    if told.topic_kms_key and told.topic and (region := told.topic_kms_key.split(":")[3]) != environment.region:
        message = f"is in {region}; a topic is encrypted with a key of its own region, {environment.region}"
        yield Conflict((*_HERE, "topic_kms_key"), message, (("region",), _TOPIC))


def places(environment: Environment, name: str) -> Iterator[Conflict]:
    """Notification rules and chats are in AWS's commercial regions only.

    https://docs.aws.amazon.com/general/latest/gr/codestar_notifications.html
    https://docs.aws.amazon.com/general/latest/gr/chatbot.html
    """
    told = environment.notifications
    partition = Context(environment.project, name, environment.region, environment.account).partition
    if told is None or partition == "aws":
        return
    if told.events:
        yield Conflict(
            (*_HERE, "events"),
            f"there are no notification rules for pipelines in {environment.region}; use events = [], with which the "
            "rest is told",
            (("region",),),
        )
    for chat in ("slack", "teams"):
        if getattr(told, chat):
            message = f"AWS speaks to no chat from {environment.region}; leave it out"
            yield Conflict((*_HERE, chat), message, (("region",),))


RULES = (topic, subscribers, places)
