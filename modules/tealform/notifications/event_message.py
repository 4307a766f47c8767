"""What a person reads of an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A title and a sentence, in which ``<name>`` stands for what ``paths`` finds in the event under that name.

    All paths must be there in every event: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """

    title: str
    sentence: str
    paths: Mapping[str, str]

    def template(self, chat: bool) -> str:
        """The message for an input transformer: a sentence, or in the form that chats show, which show no other.

        https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
        """
        if not chat:
            return json.dumps(self.sentence, ensure_ascii=False)
        content = {"textType": "client-markdown", "title": self.title, "description": self.sentence}
        return json.dumps({"version": "1.0", "source": "custom", "content": content}, ensure_ascii=False)
