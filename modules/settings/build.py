"""How AWS CodeBuild makes an image of the source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.fields import Block, Variables, between


class Build(Block):
    """How AWS CodeBuild builds the image."""

    compute: Literal[
        "BUILD_GENERAL1_SMALL",
        "BUILD_GENERAL1_MEDIUM",
        "BUILD_GENERAL1_LARGE",
        "BUILD_GENERAL1_XLARGE",
        "BUILD_GENERAL1_2XLARGE",
    ] = Field(default="BUILD_GENERAL1_SMALL", description="CodeBuild's compute type.")
    timeout_minutes: Annotated[int, between(5, 2160, "minutes")] = Field(
        default=30, description="Minutes after which a build is stopped."
    )
    environment: Variables = Field(
        default={}, description="Variables for the build, beside those of the release contract."
    )
    keep_images: Annotated[int, between(10, 10000, "images")] = Field(
        default=100, description="Images kept in ECR; the oldest beyond it expire."
    )
