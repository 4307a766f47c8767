"""A service in another account than its pipeline: seen from the pipeline's account, where it is known by names alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import Construct
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline.action import BUILD, Step, action
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codedeploy_deployment import codedeploy_configuration
from tealform.pipeline.cross_account_role import parameters, reader_arns, release_role_arn
from tealform.pipeline.ecs_deployment import EcsDeployment, EcsDeploymentProps
from tealform.settings.environment import Environment


@dataclass(frozen=True)
class OtherAccount:
    """The service, by name, its environment as it is set, and where that is. ``shared`` is the pipeline's."""

    shared: SharedResources
    target: Context
    environment: Environment
    name: str
    known: bool = False

    @property
    def variables(self) -> Mapping[str, str]:
        """Where what a release must know is asked for: subnets, for one, have no name that is known beforehand."""
        return {
            "RELEASE_PARAMETERS": parameters(self.target, self.name),
            "RELEASE_ROLE_ARN": release_role_arn(self.target, self.name),
        }

    @property
    def asking(self) -> Sequence[Statement]:
        """The right to become the role that may release."""
        role = release_role_arn(self.target, self.name)
        return [Statement(sid="BecomeReleaseRole", actions=["sts:AssumeRole"], resources=[role])]

    @property
    def readers(self) -> Sequence[str]:
        """The role that may release, and CodeDeploy's."""
        return reader_arns(self.target, self.name, self.environment.service[self.name].release.engine)

    def deploy(self, scope: Construct, artifacts: ArtifactBucket) -> Step:
        """By CodeDeploy over there, or by a build here that asks ECS over there."""
        settings = self.environment.service[self.name]
        if settings.release.engine == "ecs":
            props = EcsDeploymentProps(
                self.shared,
                self.name,
                settings,
                self.target.name(),
                self.asking,
                artifacts,
                self.environment.load_balancer.type,
                release_role_arn(self.target, self.name),
            )
            return EcsDeployment(scope, "deployment", props).deploy()
        name = self.target.name(self.name)
        role = release_role_arn(self.target, self.name)
        deploy = action(
            "Deploy", "Deploy", "CodeDeployToECS", codedeploy_configuration(name, name), inputs=[BUILD], role_arn=role
        )
        return Step("Deploy", deploy, self.asking)
