"""ECR: scanning that is turned off again."""

from __future__ import annotations

from typing import Any

from moto.ecr.models import ECRBackend

from harness.emulated_aws.extension import ExtendedBackend


class ImageBackend(ExtendedBackend, ECRBackend):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html."""

    def put_image_scanning_configuration(
        self, registry_id: str, repository_name: str, image_scan_config: dict[str, Any]
    ) -> dict[str, Any]:
        """Clients leave scanOnPush out where it is false, which is its default.

        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanningConfiguration.html
        """
        complete = {"scanOnPush": False, **image_scan_config}
        return super().put_image_scanning_configuration(registry_id, repository_name, complete)
