"""What another environment has released, to be released here as well: the same image, never built again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tealform.aws import CodepipelineTrigger
from tealform.naming import Context
from tealform.pipeline.action import IMAGE_DIGEST, SOURCE, Step
from tealform.pipeline.promotion_bucket import released


@dataclass(frozen=True)
class PromotionSource:
    """The service; ``before`` hands its releases over, under the KMS key of ``key_owner``; ``builder`` has built the images."""

    service: str
    before: Context
    key_owner: Context
    builder: Context

    @property
    def about(self) -> str:
        """What is watched."""
        return f"what {self.before.environment} has released of {self.service}"

    @property
    def link(self) -> str:
        """The image, with the findings of its scan."""
        builder = self.builder
        return (
            f"{builder.console}/ecr/repositories/private/{builder.account}/{builder.name(self.service)}"
            f"/_/image/{IMAGE_DIGEST}/details?region={builder.region}"
        )

    def step(self) -> Step:
        """Takes the newest release."""
        return released(self.before, self.service, self.key_owner).step(SOURCE)

    def event_pattern(self) -> dict[str, Any]:
        """The other environment has handed a release over."""
        return released(self.before, self.service, self.key_owner).event_pattern()

    def triggers(self) -> list[CodepipelineTrigger]:
        """None: triggers of a pipeline work with connections only."""
        return []

    def outputs(self) -> dict[str, tuple[str, str]]:
        """None: nobody puts anything anywhere."""
        return {}
