"""Rules by which ECR fetches images from other registries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError

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

    def described(self, prefixes: list[str] | None) -> list[dict[str, Any]]:
        """Those of ``prefixes``, each of which must be there, or all."""
        return [self.rule(prefix) for prefix in prefixes or self._rules]

    def rule(self, prefix: str) -> dict[str, Any]:
        """Raises PullThroughCacheRuleNotFoundException."""
        if prefix not in self._rules:
            message = f"There is no pull through cache rule with the prefix {prefix} in the registry {self._registry}"
            raise JsonRESTError("PullThroughCacheRuleNotFoundException", message)
        return self._rules[prefix]

    def delete(self, prefix: str) -> dict[str, Any]:
        """Returns what it was."""
        rule = self.rule(prefix)
        del self._rules[prefix]
        return rule
