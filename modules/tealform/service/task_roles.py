"""The two roles of a task: what ECS does on its behalf, and what the application itself may do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import Construct, IamRolePolicyAttachment, ITerraformDependable
from tealform.common import secret_access
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.common.log_group import LogGroup
from tealform.naming import Context
from tealform.settings.service import Service as Settings

_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<name>[^:@]+)"
)


@dataclass(frozen=True)
class TaskRolesProps:
    """The service as it is set, the repository its image comes from, and where it and its ECS Exec sessions log."""

    context: Context
    name: str
    settings: Settings
    repository_arn: str
    log_group: LogGroup
    exec_log_group: LogGroup
    key_arn: str


class TaskRoles(Construct):
    """``execution`` pulls the image, writes logs and reads secrets; ``task`` is the application's own."""

    def __init__(self, scope: Construct, id_: str, props: TaskRolesProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.execution = self._role("execution", self._execution_statements())
        self.task = self._role("task", self._exec_statements() if props.settings.exec else [])
        self._attached = [self._attach(arn) for arn in props.settings.task_policies]

    @property
    def arns(self) -> list[str]:
        """Both roles: what whoever starts tasks must be allowed to pass."""
        return [self.execution.arn, self.task.arn]

    @property
    def permissions(self) -> list[ITerraformDependable]:
        """What tasks need from their first moment to their last."""
        return [*self.execution.permissions, *self.task.permissions, *self._attached]

    def _attach(self, arn: str) -> IamRolePolicyAttachment:
        # A policy's name may hold what a resource's name may not, and two may differ in their path only.
        digest = hashlib.sha256(arn.encode()).hexdigest()[:8]
        return IamRolePolicyAttachment(self, f"task-policy-{digest}", role=self.task.role.name, policy_arn=arn)

    def _role(self, kind: str, statements: Sequence[Statement]) -> ServiceRole:
        context = self._props.context
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        props = ServiceRoleProps(
            context,
            name=context.name(self._props.name, kind),
            service="ecs-tasks.amazonaws.com",
            source_arn=context.arn("ecs", "*"),
            statements=statements,
        )
        return ServiceRole(self, kind, props)

    def _execution_statements(self) -> list[Statement]:
        props = self._props
        return [
            Statement(
                sid="PullImages",
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources=[props.repository_arn, *_repository_of(props.context, props.settings.bootstrap_image)],
            ),
            login_to_ecr(),
            props.log_group.writing(),
            *secret_access.reading(props.settings.secrets, props.settings.secrets_kms_keys),
        ]

    def _exec_statements(self) -> list[Statement]:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        logs = self._props.exec_log_group
        channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
        return [
            Statement(sid="ExecChannels", actions=[f"ssmmessages:{name}" for name in channels], resources=["*"]),
            Statement(sid="ExecDecrypt", actions=["kms:Decrypt"], resources=[self._props.key_arn]),
            Statement(sid="ExecFindLogs", actions=["logs:DescribeLogGroups"], resources=["*"]),
            Statement(
                sid="ExecWriteLogs",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[f"{logs.arn}:*"],
            ),
        ]


def login_to_ecr() -> Statement:
    """The right to log in to ECR, which AWS grants for all registries or none."""
    return Statement(sid="LoginToEcr", actions=["ecr:GetAuthorizationToken"], resources=["*"])


def _repository_of(context: Context, image: str | None) -> list[str]:
    found = _ECR_IMAGE.fullmatch((image or "").partition("@")[0].partition(":")[0])
    if found is None:
        return []
    return [f"arn:{context.partition}:ecr:{found['region']}:{found['account']}:repository/{found['name']}"]
