"""The last step of a release with engine ``ecs``: a CodeBuild project that hands the new version to Amazon ECS.

CodePipeline has an action for ECS, which does not do here: it changes nothing but the image, so that neither the settings
nor the end of the bootstrap container's command would travel; it gives up after an hour, which a canary and a bake time
outlast; and what it says of a deployment that was rolled back is not documented.
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tealform.aws import Construct
from tealform.common.iam import Statement, allow_pass_role
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.pipeline import inline_buildspec
from tealform.pipeline.action import BUILD, Step
from tealform.pipeline.artifact_bucket import ArtifactBucket
from tealform.pipeline.codebuild import CodeBuild, CodeBuildProps
from tealform.settings.service import Service as Settings

# Beyond the waits that are set: for tasks to start and to end, and for hooks.
_MINUTES_BESIDE = 60
# https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
_LONGEST_BUILD = 2160


@dataclass(frozen=True)
class EcsDeploymentProps:
    """The service, by name and as it is set; the names of what is released; where its builds are.

    ``role_arn`` is the role of the service's account that ECS is asked with, if the project is in another account;
    ``balancer`` is the type of load balancer.
    """

    shared: SharedResources
    name: str
    settings: Settings
    cluster: str
    statements: Sequence[Statement]
    artifacts: ArtifactBucket
    balancer: Literal["application", "network"]
    role_arn: str | None = None


class EcsDeployment(CodeBuild):
    """Registers the task definition with the image that was built, updates the service, and waits for ECS's verdict.

    It fails when ECS rolls back, with ECS's own reason.
    """

    def __init__(self, scope: Construct, id_: str, props: EcsDeploymentProps) -> None:
        service, key = props.shared.context.name(props.name), props.shared.key
        # AWS is asked again before a watch of hours ends for nothing:
        # https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-retries.html
        variables = {
            "CLUSTER": props.cluster,
            "SERVICE": service,
            "AWS_RETRY_MODE": "standard",
            "AWS_MAX_ATTEMPTS": "10",
        }
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                props.shared,
                props.name,
                part="deploy",
                name=f"{service}-deploy",
                description=f"Hands a build of {service} to ECS and waits for the end of the release",
                architecture=props.settings.architecture,
                timeout_minutes=_timeout(props),
                buildspec=inline_buildspec.buildspec("deploy_to_ecs.py"),
                variables=variables | ({"RELEASE_ROLE_ARN": props.role_arn} if props.role_arn else {}),
                statements=[
                    *props.artifacts.reading(),
                    Statement(sid="DecryptArtifacts", actions=["kms:Decrypt"], resources=[key.arn]),
                    *props.statements,
                ],
            ),
        )

    def deploy(self) -> Step:
        """The step that runs the project on the build's files."""
        return self.step("Deploy", [BUILD])


def _timeout(props: EcsDeploymentProps) -> int:
    """Time for two releases: one that was under way, like the first that an apply begins, and the one to be watched."""
    return min(2 * props.settings.release.duration_minutes(props.balancer) + _MINUTES_BESIDE, _LONGEST_BUILD)


def releasing(context: Context, cluster: str, name: str, roles: Sequence[str]) -> list[Statement]:
    """What whoever hands a release to ECS must be allowed; ``roles`` are those of the task.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
    """
    service = f"{cluster}/{context.name(name)}"
    return [
        # AWS knows no narrower resource for it.
        Statement(sid="RegisterTaskDefinition", actions=["ecs:RegisterTaskDefinition"], resources=["*"]),
        Statement(
            sid="Release",
            actions=["ecs:ListServiceDeployments", "ecs:UpdateService"],
            resources=[context.arn("ecs", f"service/{service}")],
        ),
        Statement(
            sid="LookAtRelease",
            actions=["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
            resources=[
                context.arn("ecs", f"service-deployment/{service}/*"),
                context.arn("ecs", f"service-revision/{service}/*"),
            ],
        ),
        allow_pass_role(roles, "ecs-tasks.amazonaws.com"),
    ]
