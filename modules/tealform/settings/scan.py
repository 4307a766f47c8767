"""What a release is stopped for that Amazon ECR finds in its image."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, Distinct, between, matching

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html
Severity = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"]
FindingId = Annotated[str, matching(r"[A-Za-z0-9][\w.:-]{2,127}", "the id of a finding, like CVE-2026-12345")]


class Scan(Block):
    """A stage of the pipeline after the build that waits for Amazon ECR's scan of the image.

    An image that was not scanned, or cannot be, is not released.
    """

    stop_at: Severity = Field(
        default="HIGH", description="The lowest severity of a finding that stops the release; higher ones do as well."
    )
    ignore: Distinct[FindingId] = Field(
        default=(), description="Ids of findings that stop no release, like those that nobody has mended yet."
    )
    timeout_minutes: Annotated[int, between(5, 120, "minutes")] = Field(
        default=15, description="Minutes after which a scan that has not ended counts as failed."
    )
