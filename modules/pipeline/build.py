"""The CodeBuild project that makes an image of the source."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import Construct
from modules.foundation import Foundation
from modules.pipeline.action import SOURCE, VARIABLES, Step
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.codebuild import CodeBuild, CodeBuildProps
from modules.pipeline.image_repository import Images
from modules.pipeline.targets import Target
from modules.service.roles import login_to_ecr
from modules.settings.service import Service as Settings


@dataclass(frozen=True)
class ImageBuildProps:
    """The service, by name and as it is set; where it is released to, and what the build reads and writes."""

    foundation: Foundation
    service: str
    settings: Settings
    target: Target
    images: Images
    artifacts: ArtifactBucket


class ImageBuild(CodeBuild):
    """A project that builds with Docker on the processor that the service runs on, and may push to one repository."""

    def __init__(self, scope: Construct, id_: str, props: ImageBuildProps) -> None:
        settings, foundation = props.settings.build, props.foundation
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
                architecture=props.settings.architecture,
                timeout_minutes=settings.timeout_minutes,
                compute=settings.compute,
                privileged=True,
                variables={"ECR_REPOSITORY_URI": props.images.uri, **_contract(props), **settings.environment},
                statements=[
                    *props.artifacts.usage(),
                    foundation.key.usage(),
                    login_to_ecr(),
                    props.images.pushing(),
                ],
            ),
        )

    def build(self, artifact: str) -> Step:
        """The step that makes ``artifact`` of the source."""
        return self.step("Build", [SOURCE], [artifact], namespace=VARIABLES[artifact])


def _contract(props: ImageBuildProps) -> dict[str, str]:
    """The variables of the release contract; where they are not known, those of the image alone."""
    if props.target.known:
        return dict(props.target.variables)
    return {
        "CPU_ARCHITECTURE": props.settings.architecture.upper(),
        "CONTAINER_NAME": props.service,
        "TEMPLATES": "open",
    }
