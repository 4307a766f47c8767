"""ECR: scan settings and findings, image manifests, and rules that fetch images from other registries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse

from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

_WITHOUT_CREDENTIALS = {"public.ecr.aws": "ecr-public", "registry.k8s.io": "k8s", "quay.io": "quay"}
_WITH_CREDENTIALS = {
    "registry-1.docker.io": "docker-hub",
    "ghcr.io": "github-container-registry",
    "registry.gitlab.com": "gitlab-container-registry",
    "cgr.dev": "chainguard",
}


class PullThroughRules:
    """The rules of one registry, by the prefix of the repositories that they are for."""

    def __init__(self, registry: str) -> None:
        self._registry = registry
        self._rules: dict[str, dict[str, Any]] = {}

    def create(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html."""
        prefix, url = asked["ecrRepositoryPrefix"], asked["upstreamRegistryUrl"]
        if prefix in self._rules:
            message = f"A pull through cache rule with the prefix {prefix} already exists"
            raise JsonRESTError("PullThroughCacheRuleAlreadyExistsException", message)
        upstream = {**_WITHOUT_CREDENTIALS, **_WITH_CREDENTIALS}.get(url)
        if upstream is None and not url.endswith((".azurecr.io", ".amazonaws.com")):
            raise JsonRESTError("UnsupportedUpstreamRegistryException", f"{url} is not supported as an upstream")
        if url in _WITH_CREDENTIALS and not asked.get("credentialArn"):
            raise JsonRESTError("InvalidParameterException", f"A credentialArn is required for {url}")
        now = datetime.now(UTC)
        made = {"upstreamRegistry": upstream, "registryId": self._registry, "createdAt": now, "updatedAt": now}
        self._rules[prefix] = {**asked, **made}
        return self._rules[prefix]

    def describe(self, prefixes: list[str] | None) -> list[dict[str, Any]]:
        """Those of ``prefixes``, each of which must be there, or all."""
        return [self.rule(prefix) for prefix in prefixes or self._rules]

    def rule(self, prefix: str) -> dict[str, Any]:
        """Raise PullThroughCacheRuleNotFoundException."""
        if prefix not in self._rules:
            message = f"There is no pull through cache rule with the prefix {prefix} in the registry {self._registry}"
            raise JsonRESTError("PullThroughCacheRuleNotFoundException", message)
        return self._rules[prefix]

    def delete(self, prefix: str) -> dict[str, Any]:
        """Return what it was."""
        rule = self.rule(prefix)
        del self._rules[prefix]
        return rule


MANIFEST_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def render_manifest(image: str) -> str:
    """That of an image of one layer, whose content has the hash ``image``."""
    digest = f"sha256:{image}"
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_MEDIA_TYPE,
            "config": {"mediaType": _CONFIG, "size": 1024, "digest": digest},
            "layers": [{"mediaType": _LAYER, "size": 4096, "digest": digest}],
        }
    )


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
        """What was found in an image that is scanned on push, or was asked to be: nothing, unless moto is configured otherwise.

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
        return ActionResult({"pullThroughCacheRules": self._rules.describe(self._get_param("ecrRepositoryPrefixes"))})

    def update_pull_through_cache_rule(self) -> ActionResult:
        """UpdatePullThroughCacheRule."""
        rule = self._rules.rule(self._get_param("ecrRepositoryPrefix"))
        rule.update({name: value for name in ("credentialArn", "customRoleArn") if (value := self._get_param(name))})
        return ActionResult(rule)

    def delete_pull_through_cache_rule(self) -> ActionResult:
        """DeletePullThroughCacheRule."""
        return ActionResult(self._rules.delete(self._get_param("ecrRepositoryPrefix")))
