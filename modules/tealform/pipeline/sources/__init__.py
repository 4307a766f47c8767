"""Where releases come from: one module for each kind of source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tealform.aws import CodepipelineTrigger
from tealform.pipeline.action import Step


class Source(Protocol):
    """What a pipeline begins with, and what starts it. One change starts one execution."""

    @property
    def about(self) -> str:
        """What is watched, for people: «main of shop-web»."""

    @property
    def link(self) -> str:
        """The address where somebody sees what is about to be released; a pipeline fills its variables in."""

    def step(self) -> Step:
        """The pipeline's first step."""

    def event_pattern(self) -> Mapping[str, Any] | None:
        """What EventBridge says when there is something new; ``None`` if CodePipeline finds out by itself."""

    def triggers(self) -> Sequence[CodepipelineTrigger]:
        """What CodePipeline waits for where it finds out by itself."""

    def outputs(self) -> Mapping[str, tuple[str, str]]:
        """What somebody who wants to release must know: values and what they are, by name."""
