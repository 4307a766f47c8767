"""The SNS topics of an account, and the chat channels that show them."""

from __future__ import annotations

from tealform.aws import Construct, TerraformOutput
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.notifications.topic import Chat, ChatProps, Topic, TopicProps, group_by_channel, resolve_topic, topic_arn
from tealform.settings.notifications import Notifications
from tealform.settings.project import Project


def list_topic_arns(project: Project, name: str) -> list[str]:
    """Return the ARNs of the topics that are created in the account of the environment ``name``."""
    contexts = {name: project.context(name)} if project.environments[name].service else {}
    contexts |= {other: project.pipelines(other) for other in project.delivered_by(name)}
    notifications = {each: project.environments[each].notifications for each in contexts}
    return [topic_arn(contexts[each]) for each, settings in notifications.items() if settings and not settings.topic]


class NotificationTopics:
    """Creates a topic for each environment that has something in an account, and one chat for all of them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._created: list[tuple[Notifications, str]] = []

    def create_topic(self, scope: Construct, shared: SharedResources) -> Topic | None:
        """Return the topic for what the environment of ``shared`` has in this account; ``None`` if it has none."""
        context = shared.context
        settings = self._project.environments[context.environment].notifications
        if settings is None:
            return None
        created = resolve_topic(scope, "notifications", TopicProps(context=context, settings=settings, key=shared.key))
        self._created.append((settings, created.arn))
        TerraformOutput(
            scope,
            "notifications-topic",
            value=created.arn,
            description=f"The SNS topic of {context.environment}'s notifications",
        )
        return created

    def create_chat(self, scope: Construct, context: Context) -> None:
        """Create the channels that show the topics created so far, if there are any."""
        if shown := group_by_channel(self._created):
            Chat(scope, "chat", ChatProps(context=context, channels=shown))
