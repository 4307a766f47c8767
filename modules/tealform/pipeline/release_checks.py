"""The steps that check a build before its release: Amazon ECR's image scan, and the source's own tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tealform.aws import Construct
from tealform.common.iam import Statement, allow_ecr_login
from tealform.common.pull_through_cache import CachedRegistry
from tealform.common.shared_resources import SharedResources
from tealform.pipeline import inline_buildspec
from tealform.pipeline.action import BUILD, IMAGE_DIGEST, SOURCE, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codebuild import AWS_RETRIES, CodeBuild, CodeBuildProps
from tealform.pipeline.image_repository import Images
from tealform.settings.build import Scan, SourceTest

# The program gives up by itself, and says why, before CodeBuild stops it.
_EXTRA_MINUTES = 15


@dataclass(frozen=True, kw_only=True)
class _CheckProps:
    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The service's name."""

    images: Images
    """The repository that holds the image."""

    artifacts: ArtifactBucket
    """The bucket that holds what is to be released."""


@dataclass(frozen=True, kw_only=True)
class ScanGateProps(_CheckProps):
    """Configures a ``ScanGate``."""

    settings: Scan
    """The ``scan`` block of the service's settings."""


class ScanGate(CodeBuild):
    """Waits for the scan of exactly the image that is to be released. It requests no scan: ECR scans on push."""

    def __init__(self, scope: Construct, id_: str, props: ScanGateProps) -> None:
        settings = props.settings
        service = props.shared.context.name(props.service)
        variables = {
            "ECR_REPOSITORY_URI": props.images.uri,
            "STOP_AT": settings.stop_at,
            "TIMEOUT_MINUTES": str(settings.timeout_minutes),
            **AWS_RETRIES,
        }
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared=props.shared,
                service=props.service,
                part="scan",
                name=f"{service}-scan",
                description=f"Waits for the scan of what is to be released to {service}",
                timeout_minutes=settings.timeout_minutes + _EXTRA_MINUTES,
                buildspec=inline_buildspec.buildspec("wait_for_scan.py"),
                variables=variables | ({"IGNORE": " ".join(settings.ignore)} if settings.ignore else {}),
                statements=[
                    *props.artifacts.allow_read(),
                    Statement("ReadFindings", ["ecr:DescribeImageScanFindings"], [props.images.arn]),
                    # With enhanced scanning ECR asks Amazon Inspector, which knows no narrower resource:
                    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html
                    Statement("ReadInspector", ["inspector2:ListCoverage", "inspector2:ListFindings"], ["*"]),
                ],
            ),
        )

    def scan(self) -> Step:
        """Return the step that fails if the scan has findings, or if nothing was scanned."""
        return self.step("Scan", [BUILD], category="Test")


@dataclass(frozen=True, kw_only=True)
class TestStageProps(_CheckProps):
    """Configures a ``TestStage``."""

    architecture: str
    """The processor that the service runs on, and its tests."""

    settings: SourceTest
    """The ``test`` block of the service's settings."""


class TestStage(CodeBuild):
    """A project of the source's, which may read what it tests and its secrets, and change nothing in AWS."""

    def __init__(self, scope: Construct, id_: str, props: TestStageProps) -> None:
        settings = props.settings
        service = props.shared.context.name(props.service)
        self._image = f"{props.images.uri}@{IMAGE_DIGEST}"
        # Without Docker nothing is pulled.
        self._registries = props.shared.registries if settings.docker else ()
        pull = [allow_ecr_login(), props.images.allow_pull(), *CachedRegistry.allow_pull(self._registries)]
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared=props.shared,
                service=props.service,
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
                statements=[*props.artifacts.allow_read(), *(pull if settings.docker else ())],
            ),
        )

    def test(self) -> Step:
        """Return the step that tests source and build.

        CodeBuild has the source where a build has it, and the build's files in ``$CODEBUILD_SRC_DIR_build``.
        https://docs.aws.amazon.com/codebuild/latest/userguide/sample-pipeline-multi-input-output.html
        """
        step = self.step("Test", [SOURCE, BUILD], category="Test", variables={"IMAGE_URI": self._image})
        return replace(step, needed=[*step.needed, *(registry.rule for registry in self._registries)])
