"""Where releases go: the service in the pipeline's own account, or in another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.pipeline.action import Step
from tealform.pipeline.artifact_bucket import ArtifactBucket


class Target(Protocol):
    """A service as a pipeline sees it."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the templates of the release contract are filled from."""

    @property
    def known(self) -> bool:
        """Whether ``variables`` are all there is to know; otherwise they say where to ask, which a build cannot."""

    @property
    def asking(self) -> Sequence[Statement]:
        """The right to ask, where that is needed."""

    @property
    def readers(self) -> Sequence[str]:
        """The roles of another account that read what is to be released."""

    def deploy(self, scope: Construct, artifacts: ArtifactBucket) -> Step:
        """The step that releases; what it needs is created in ``scope``."""
