"""The step that reads what Amazon ECR's scan found in the image, and lets no release pass that is not fit to."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources
from tealform.pipeline import inline_buildspec
from tealform.pipeline.action import BUILD, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codebuild import CodeBuild, CodeBuildProps
from tealform.pipeline.image_repository import Images
from tealform.settings.build import Scan

# For the program to give up by itself, and say why, before CodeBuild stops it.
_MINUTES_BESIDE = 15


@dataclass(frozen=True)
class ImageScanProps:
    """The service, by name; what stops a release, as it is set; where the image is, and what is to be released."""

    shared: SharedResources
    service: str
    settings: Scan
    images: Images
    artifacts: ArtifactBucket


class ImageScan(CodeBuild):
    """Waits for the scan of exactly the image that is to be released. It can ask for no scan: ECR scans on push."""

    def __init__(self, scope: Construct, id_: str, props: ImageScanProps) -> None:
        shared, settings = props.shared, props.settings
        service = shared.context.name(props.service)
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared,
                props.service,
                part="scan",
                name=f"{service}-scan",
                description=f"Waits for the scan of what is to be released to {service}",
                # It runs Python alone, whatever the image runs on.
                architecture="x86_64",
                timeout_minutes=settings.timeout_minutes + _MINUTES_BESIDE,
                buildspec=inline_buildspec.buildspec("wait_for_scan.py"),
                variables=_variables(props),
                statements=[
                    *props.artifacts.reading(),
                    Statement("DecryptArtifacts", ["kms:Decrypt"], [shared.key.arn]),
                    Statement("ReadFindings", ["ecr:DescribeImageScanFindings"], [props.images.arn]),
                    # With enhanced scanning ECR asks Amazon Inspector, which knows no narrower resource:
                    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html
                    Statement("ReadInspector", ["inspector2:ListCoverage", "inspector2:ListFindings"], ["*"]),
                ],
            ),
        )

    def scan(self) -> Step:
        """The step that fails when something is found, or nothing was looked for."""
        return self.step("Scan", [BUILD], category="Test")


def _variables(props: ImageScanProps) -> dict[str, str]:
    # https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-retries.html
    variables = {
        "ECR_REPOSITORY_URI": props.images.uri,
        "STOP_AT": props.settings.stop_at,
        "TIMEOUT_MINUTES": str(props.settings.timeout_minutes),
        "AWS_RETRY_MODE": "standard",
        "AWS_MAX_ATTEMPTS": "10",
    }
    return variables | ({"IGNORE": " ".join(props.settings.ignore)} if props.settings.ignore else {})
