"""ECR: scanning that is turned off again, what scans find, and images of other registries."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse

from tealform_harness.aws_emulator.ecr_pull_through import PullThroughRules
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend


class ImageBackend(ExtendedBackend, ECRBackend):
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.pull_through = PullThroughRules(account_id)

    def put_image_scanning_configuration(
        self, registry_id: str, repository_name: str, image_scan_config: dict[str, Any]
    ) -> dict[str, Any]:
        """Clients leave scanOnPush out where it is false, which is its default.

        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanningConfiguration.html
        """
        complete = {"scanOnPush": False, **image_scan_config}
        return super().put_image_scanning_configuration(registry_id, repository_name, complete)

    def describe_image_scan_findings(
        self, registry_id: str, repository_name: str, image_id: dict[str, Any]
    ) -> dict[str, Any]:
        """What was found in an image that is scanned on push, or was asked to be: nothing, unless moto was told otherwise.

        https://docs.getmoto.org/en/latest/docs/services/ecr.html says how (moto-api/static/ecr/scan-finding-results).
        """
        repository = self._get_repository(repository_name, registry_id)
        image = repository._get_image(image_id.get("imageTag"), image_id.get("imageDigest"))
        if cast("dict[str, bool]", repository.image_scanning_configuration).get("scanOnPush"):
            image.last_scan = image.last_scan or datetime.today()
        answer = super().describe_image_scan_findings(registry_id, repository_name, image_id)
        if json.dumps(image_id) in image.scan_finding_results:
            return answer
        return {**answer, "imageScanFindings": {**answer["imageScanFindings"], **_NOTHING}}


_NOTHING: dict[str, Any] = {"findings": [], "findingSeverityCounts": {}}


class ImageResponse(ECRResponse):
    """Adds the rules of the pull-through cache."""

    @property
    def _rules(self) -> PullThroughRules:
        return cast(ImageBackend, self.ecr_backend).pull_through

    def create_pull_through_cache_rule(self) -> ActionResult:
        """CreatePullThroughCacheRule."""
        return ActionResult(self._rules.create(json.loads(self.body)))

    def describe_pull_through_cache_rules(self) -> ActionResult:
        """DescribePullThroughCacheRules, in one page."""
        return ActionResult({"pullThroughCacheRules": self._rules.described(self._get_param("ecrRepositoryPrefixes"))})

    def update_pull_through_cache_rule(self) -> ActionResult:
        """UpdatePullThroughCacheRule."""
        rule = self._rules.rule(self._get_param("ecrRepositoryPrefix"))
        rule.update({name: value for name in ("credentialArn", "customRoleArn") if (value := self._get_param(name))})
        return ActionResult(rule)

    def delete_pull_through_cache_rule(self) -> ActionResult:
        """DeletePullThroughCacheRule."""
        return ActionResult(self._rules.delete(self._get_param("ecrRepositoryPrefix")))
