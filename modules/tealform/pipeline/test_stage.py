"""The step that runs the source's own tests on what has been built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tealform.aws import Construct
from tealform.common.iam import Statement, allow_ecr_login
from tealform.common.pull_through_cache import CachedRegistry
from tealform.common.shared_resources import SharedResources
from tealform.pipeline.action import BUILD, IMAGE_DIGEST, SOURCE, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codebuild import CodeBuild, CodeBuildProps
from tealform.pipeline.image_repository import Images
from tealform.settings.build import SourceTest as Settings


@dataclass(frozen=True)
class SourceTestProps:
    """The service, by name; its processor; its tests as they are set; where the image is, and what the tests read."""

    shared: SharedResources
    service: str
    architecture: str
    settings: Settings
    images: Images
    artifacts: ArtifactBucket


class SourceTest(CodeBuild):
    """A project of the source's, which may read what it tests and what it is given, and change nothing in AWS."""

    def __init__(self, scope: Construct, id_: str, props: SourceTestProps) -> None:
        shared, settings = props.shared, props.settings
        self._image = f"{props.images.uri}@{IMAGE_DIGEST}"
        # Without Docker nothing is pulled.
        self._registries = shared.registries if settings.docker else ()
        service = shared.context.name(props.service)
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared,
                props.service,
                part="test",
                name=f"{service}-test",
                description=f"Tests what is to be released to {service}",
                architecture=props.architecture,
                timeout_minutes=settings.timeout_minutes,
                compute=settings.compute,
                buildspec=settings.buildspec,
                privileged=settings.docker,
                variables={**CachedRegistry.variables(self._registries), **settings.environment},
                secrets=settings.secrets,
                secrets_kms_keys=settings.secrets_kms_keys,
                statements=[
                    *props.artifacts.reading(),
                    Statement("DecryptArtifacts", ["kms:Decrypt"], [shared.key.arn]),
                    *(_pulling(props.images, self._registries) if settings.docker else ()),
                ],
            ),
        )

    def test(self) -> Step:
        """The step that tests source and build.

        CodeBuild has the source where a build has it, and the build's files in ``$CODEBUILD_SRC_DIR_build``.
        https://docs.aws.amazon.com/codebuild/latest/userguide/sample-pipeline-multi-input-output.html
        """
        step = self.step("Test", [SOURCE, BUILD], category="Test", variables={"IMAGE_URI": self._image})
        return replace(step, needed=[*step.needed, *(registry.rule for registry in self._registries)])


def _pulling(images: Images, registries: Sequence[CachedRegistry]) -> list[Statement]:
    return [allow_ecr_login(), images.pulling(), *CachedRegistry.allow_pull(registries)]
