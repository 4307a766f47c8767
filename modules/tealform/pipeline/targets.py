"""The service that a pipeline releases to: in the pipeline's own account, or in another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline.action import BUILD, Step, create_action
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codedeploy_deployment import (
    CodeDeployDeployment,
    CodeDeployDeploymentProps,
    configure_codedeploy,
)
from tealform.pipeline.cross_account_role import parameter_path, reader_arns, release_role_arn
from tealform.pipeline.ecs_deployment import EcsDeployment, EcsDeploymentProps, allow_release
from tealform.service.platform import ServicePlatform
from tealform.service.service import Service
from tealform.settings.environment import Environment
from tealform.settings.service import Service as Settings


class Target(Protocol):
    """A service as a pipeline sees it."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the templates of the release contract are filled from."""

    @property
    def has_all_variables(self) -> bool:
        """Whether ``variables`` are complete; otherwise they say where to look the rest up, which a build cannot."""

    @property
    def lookup_statements(self) -> Sequence[Statement]:
        """The permission to look the rest up, where that is needed."""

    @property
    def readers(self) -> Sequence[str]:
        """The ARNs of the roles in another account that read what is to be released."""

    def deploy(self, scope: Construct, artifacts: ArtifactBucket) -> Step:
        """Return the step that releases; what it needs is created in ``scope``."""


@dataclass(frozen=True, kw_only=True)
class SameAccountTarget:
    """A service in the pipeline's own account."""

    platform: ServicePlatform
    """The load balancer and cluster of the service."""

    name: str
    """The service's name."""

    settings: Settings
    """The ``service`` block of the settings."""

    service: Service
    """The service that is released."""

    has_all_variables: bool = True
    lookup_statements: Sequence[Statement] = ()
    readers: Sequence[str] = ()

    @property
    def variables(self) -> Mapping[str, str]:
        """Everything that a release must know."""
        return self.service.contract()

    def deploy(self, scope: Construct, artifacts: ArtifactBucket) -> Step:
        """Return the step that releases by CodeDeploy, or by a build that asks ECS."""
        platform, release = self.platform, self.settings.release
        if release.engine == "ecs":
            cluster, roles = platform.cluster.name, self.service.roles.arns
            props = EcsDeploymentProps(
                shared=platform,
                name=self.name,
                settings=self.settings,
                cluster=cluster,
                statements=allow_release(platform.context, cluster, self.name, roles),
                artifacts=artifacts,
                load_balancer_type=platform.load_balancer.settings.type,
            )
            return EcsDeployment(scope, "deployment", props).deploy()
        return CodeDeployDeployment(
            scope,
            "deployment",
            CodeDeployDeploymentProps(
                platform=platform, service=self.service, release=release, artifacts=artifacts.artifacts
            ),
        ).deploy()


@dataclass(frozen=True, kw_only=True)
class CrossAccountTarget:
    """A service in another account than its pipeline. The pipeline's account knows it by names only."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    context: Context
    """The account and region of the service."""

    environment: Environment
    """The settings of the service's environment."""

    name: str
    """The service's name."""

    has_all_variables: bool = False

    @property
    def variables(self) -> Mapping[str, str]:
        """Where to look up what a release must know: subnets, for one, have no name that is known beforehand."""
        return {"RELEASE_PARAMETERS": parameter_path(self.context, self.name), "RELEASE_ROLE_ARN": self._role_arn}

    @property
    def lookup_statements(self) -> Sequence[Statement]:
        """The permission to assume the role that may release."""
        return [Statement("BecomeReleaseRole", ["sts:AssumeRole"], [self._role_arn])]

    @property
    def readers(self) -> Sequence[str]:
        """The ARNs of the role that may release, and of CodeDeploy's."""
        return reader_arns(self.context, self.name, self.environment.service[self.name].release.engine)

    def deploy(self, scope: Construct, artifacts: ArtifactBucket) -> Step:
        """Return the step that releases by CodeDeploy over there, or by a build here that asks ECS over there."""
        settings = self.environment.service[self.name]
        if settings.release.engine == "ecs":
            props = EcsDeploymentProps(
                shared=self.shared,
                name=self.name,
                settings=settings,
                cluster=self.context.name(),
                statements=self.lookup_statements,
                artifacts=artifacts,
                load_balancer_type=self.environment.load_balancer.type,
                role_arn=self._role_arn,
            )
            return EcsDeployment(scope, "deployment", props).deploy()
        name = self.context.name(self.name)
        configuration = configure_codedeploy(name, name)
        deploy = create_action(
            "Deploy", "Deploy", "CodeDeployToECS", configuration, inputs=[BUILD], role_arn=self._role_arn
        )
        return Step("Deploy", deploy, self.lookup_statements)

    @property
    def _role_arn(self) -> str:
        return release_role_arn(self.context, self.name)
