"""A service in the pipeline's own account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.pipeline.action import Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codedeploy_deployment import CodeDeployDeployment, CodeDeployDeploymentProps
from tealform.pipeline.ecs_deployment import EcsDeployment, EcsDeploymentProps, releasing
from tealform.service.platform import ServicePlatform
from tealform.service.service import Service
from tealform.settings.service import Service as Settings


@dataclass(frozen=True)
class OwnAccount:
    """The service, by name, as it is set and as it stands."""

    platform: ServicePlatform
    name: str
    settings: Settings
    service: Service
    known: bool = True
    asking: Sequence[Statement] = ()
    readers: Sequence[str] = ()

    @property
    def variables(self) -> Mapping[str, str]:
        """All that a release must know."""
        return self.service.contract()

    def deploy(self, scope: Construct, artifacts: ArtifactBucket) -> Step:
        """By CodeDeploy, or by a build that asks ECS."""
        platform, settings, service = self.platform, self.settings, self.service
        if settings.release.engine == "ecs":
            cluster = platform.cluster.name
            props = EcsDeploymentProps(
                platform,
                self.name,
                settings,
                cluster,
                releasing(platform.context, cluster, self.name, service.roles.arns),
                artifacts,
                platform.load_balancer.settings.type,
            )
            return EcsDeployment(scope, "deployment", props).deploy()
        return CodeDeployDeployment(
            scope, "deployment", CodeDeployDeploymentProps(platform, service, settings.release, artifacts.artifacts)
        ).deploy()
