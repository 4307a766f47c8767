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
from tealform.pipeline.codebuild import AWS_RETRIES, CodeBuild, CodeBuildProps
from tealform.settings.service import Service as Settings

# Beyond the waits in the settings: for tasks to start and to end, and for hooks.
_EXTRA_MINUTES = 60
# https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
_MAX_BUILD_MINUTES = 2160


@dataclass(frozen=True, kw_only=True)
class EcsDeploymentProps:
    """Configures an ``EcsDeployment``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    name: str
    """The service's name."""

    settings: Settings
    """The ``service`` block of the settings."""

    cluster: str
    """The name of the service's cluster."""

    statements: Sequence[Statement]
    """What the project may do to release: ask ECS, or assume ``role_arn``."""

    artifacts: ArtifactBucket
    """The bucket that holds what is released."""

    load_balancer_type: Literal["application", "network"]
    """The type of load balancer in front of the service; a release takes longer behind a network load balancer."""

    role_arn: str | None = None
    """The ARN of the role in the service's account that the project assumes; none in the service's own account."""


class EcsDeployment(CodeBuild):
    """Registers the task definition with the image that was built, updates the service, and waits for ECS's result.

    It fails when ECS rolls back, with ECS's own reason.
    """

    def __init__(self, scope: Construct, id_: str, props: EcsDeploymentProps) -> None:
        service = props.shared.context.name(props.name)
        variables = {"CLUSTER": props.cluster, "SERVICE": service, **AWS_RETRIES}
        super().__init__(
            scope,
            id_,
            CodeBuildProps(
                shared=props.shared,
                service=props.name,
                part="deploy",
                name=f"{service}-deploy",
                description=f"Hands a build of {service} to ECS and waits for the end of the release",
                architecture=props.settings.architecture,
                timeout_minutes=_timeout(props),
                buildspec=inline_buildspec.buildspec("deploy_to_ecs.py"),
                variables=variables | ({"RELEASE_ROLE_ARN": props.role_arn} if props.role_arn else {}),
                statements=[*props.artifacts.allow_read(), *props.statements],
            ),
        )

    def deploy(self) -> Step:
        """Return the step that runs the project on the build's files."""
        return self.step("Deploy", [BUILD])


def _timeout(props: EcsDeploymentProps) -> int:
    """Return the minutes of two releases: one already in progress, like the first of an apply, and the one to watch."""
    release_minutes = props.settings.release.duration_minutes(props.load_balancer_type)
    return min(2 * release_minutes + _EXTRA_MINUTES, _MAX_BUILD_MINUTES)


def allow_release(context: Context, cluster: str, name: str, roles: Sequence[str]) -> list[Statement]:
    """Return the permissions to release a service by ECS; ``roles`` are the ARNs of the task's roles.

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
