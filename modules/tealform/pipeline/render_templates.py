"""The CodeBuild project that makes an image and open templates a release of this environment. It builds nothing."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources
from tealform.pipeline import inline_buildspec
from tealform.pipeline.action import BUILD, VARIABLES, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codebuild import CodeBuild, CodeBuildProps
from tealform.pipeline.image_repository import Images
from tealform.pipeline.targets import Target
from tealform.settings.release_templates import RELEASE_FILES

_MINUTES = 10


@dataclass(frozen=True)
class PreparationProps:
    """The service, by name; where it is released to, and where the image is and stays."""

    shared: SharedResources
    service: str
    target: Target
    images: Images
    artifacts: ArtifactBucket


class Preparation(CodeBuild):
    """Fills in the templates with this environment's settings, and tags the image so that it is kept."""

    def __init__(self, scope: Construct, id_: str, props: PreparationProps) -> None:
        shared = props.shared
        context = shared.context
        name = f"{context.name(props.service)}-prepare"
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared,
                props.service,
                part="prepare",
                name=name,
                description=f"Fills in what is to be released to {context.name(props.service)}",
                # It runs Python alone, whatever the image runs on.
                architecture="x86_64",
                timeout_minutes=_MINUTES,
                buildspec=inline_buildspec.buildspec("prepare_release.py", prints="IMAGE_DIGEST", files=RELEASE_FILES),
                variables={
                    "ECR_REPOSITORY_URI": props.images.uri,
                    "ENVIRONMENT": context.environment,
                    **props.target.variables,
                },
                statements=[
                    *props.artifacts.usage(),
                    shared.key.allow_use(),
                    *props.target.asking,
                    Statement(
                        sid="KeepImage", actions=["ecr:BatchGetImage", "ecr:PutImage"], resources=[props.images.arn]
                    ),
                ],
            ),
        )

    def prepare(self, of: str) -> Step:
        """The step that makes a release of the artifact ``of``."""
        return self.step("Prepare", [of], [BUILD], namespace=VARIABLES[BUILD])
