"""The CodeBuild project that makes an image of the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modules.aws import Construct
from modules.foundation import Foundation
from modules.pipeline.action import BUILD, SOURCE, Step
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.codebuild import CodeBuild, CodeBuildProps
from modules.pipeline.image_repository import Images
from modules.service.roles import login_to_ecr
from modules.settings.build import Build as Settings


@dataclass(frozen=True)
class ImageBuildProps:
    """The build as it is set, the variables of the release contract, and what the build reads and writes."""

    foundation: Foundation
    service: str
    settings: Settings
    architecture: str
    contract: Mapping[str, str]
    images: Images
    artifacts: ArtifactBucket


class ImageBuild(CodeBuild):
    """A project that builds with Docker on the processor that the service runs on, and may push to one repository."""

    def __init__(self, scope: Construct, id_: str, props: ImageBuildProps) -> None:
        settings, foundation = props.settings, props.foundation
        name = foundation.context.name(props.service)
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                foundation,
                props.service,
                part="build",
                name=name,
                description=f"Builds the image of {name}",
                architecture=props.architecture,
                timeout_minutes=settings.timeout_minutes,
                compute=settings.compute,
                privileged=True,
                variables={"ECR_REPOSITORY_URI": props.images.uri, **props.contract, **settings.environment},
                statements=[
                    *props.artifacts.usage(),
                    foundation.key.usage(),
                    login_to_ecr(),
                    props.images.pushing(),
                ],
            ),
        )

    def build(self) -> Step:
        """The step that makes a release of the source."""
        return self.step("Build", [SOURCE], [BUILD], namespace="BuildVariables")
