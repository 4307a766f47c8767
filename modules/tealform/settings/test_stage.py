"""How AWS CodeBuild tests what is to be released."""

from __future__ import annotations

from pydantic import Field

from tealform.settings.build import BuildMinutes, BuildspecPath, Compute
from tealform.settings.types import Block, Distinct, KeyArn, Secrets, Variables


class SourceTest(Block):
    """A stage of the pipeline between build and deployment, in which the source's own tests run."""

    buildspec: BuildspecPath = Field(
        default="testspec.yml",
        description="The buildspec's path in the source. A command of it that fails ends the release.",
    )
    compute: Compute = Field(default="BUILD_GENERAL1_SMALL", description="CodeBuild's compute type.")
    timeout_minutes: BuildMinutes = Field(default=30, description="Minutes after which the tests count as failed.")
    docker: bool = Field(
        default=False,
        description="Whether the tests may use Docker, and pull the image that is to be released, `$IMAGE_URI`.",
    )
    environment: Variables = Field(default={}, description="Variables for the tests.")
    secrets: Secrets = Field(
        default={},
        description=(
            "Variables for the tests whose values CodeBuild reads from Secrets Manager or Parameter Store, in the builds' own "
            "region; parameters in their own account too."
        ),
    )
    secrets_kms_keys: Distinct[KeyArn] = Field(
        default=(), description="KMS keys, other than AWS's own, that encrypt those secrets."
    )
