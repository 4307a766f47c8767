"""The task definition of a service: its roles, its container, and the image that runs before the first release."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tealform.aws import (
    Construct,
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
    IamRolePolicyAttachment,
    ITerraformDependable,
)
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement, allow_ecr_login
from tealform.common.log_group import LogGroup
from tealform.common.secret_access import allow_secret_reads
from tealform.naming import Context
from tealform.service.platform import ServicePartProps
from tealform.settings.release_templates import Task
from tealform.settings.service import Service as Settings

PLACEHOLDER_IMAGE = "public.ecr.aws/docker/library/python:3.13-alpine"
"""The image of revision 1, unless ``bootstrap_image`` names another."""

# It answers every GET and HEAD as health check and smoke test expect, on any port, on a read-only root file system,
# as any user, on both architectures, so that it fits every service without further settings.
_SERVER = """\
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({answers}.get(self.path, {status}))
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"Waiting for the first release\\n")
    do_HEAD = do_GET
    def log_message(self, *arguments):
        pass
ThreadingHTTPServer(("", {port}), Handler).serve_forever()
"""

_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<name>[^:@]+)"
)


@dataclass(frozen=True, kw_only=True)
class TaskRolesProps(ServicePartProps):
    """Inputs of ``TaskRoles``."""

    repository_arn: str
    """The ECR repository of the service's images."""

    logs: LogGroup
    """The log group of the service."""


class TaskRoles(Construct):
    """The two roles of a task."""

    execution: ServiceRole
    """The role with which ECS pulls the image, writes logs and reads secrets."""

    task: ServiceRole
    """The application's own role."""

    def __init__(self, scope: Construct, id_: str, props: TaskRolesProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.execution = self._role("execution", self._execution_statements())
        self.task = self._role("task", self._exec_statements() if props.settings.exec else [])
        self._attachments = [self._attach(arn) for arn in props.settings.task_policies]

    @property
    def arns(self) -> list[str]:
        """Both roles, which a principal that starts tasks passes to ECS."""
        return [self.execution.arn, self.task.arn]

    @property
    def permissions(self) -> list[ITerraformDependable]:
        """The policies that tasks need from their start to their end."""
        return [*self.execution.permissions, *self.task.permissions, *self._attachments]

    def _attach(self, arn: str) -> IamRolePolicyAttachment:
        # A policy's name may contain characters that a construct id may not, and two may differ in their path only.
        digest = hashlib.sha256(arn.encode()).hexdigest()[:8]
        return IamRolePolicyAttachment(self, f"task-policy-{digest}", role=self.task.role.name, policy_arn=arn)

    def _role(self, kind: str, statements: Sequence[Statement]) -> ServiceRole:
        context = self._props.platform.context
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        props = ServiceRoleProps(
            context=context,
            name=context.name(self._props.name, kind),
            service="ecs-tasks.amazonaws.com",
            source_arn=context.arn("ecs", "*"),
            statements=statements,
        )
        return ServiceRole(self, kind, props)

    def _execution_statements(self) -> list[Statement]:
        props, settings = self._props, self._props.settings
        return [
            Statement(
                sid="PullImages",
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources=[
                    props.repository_arn,
                    *_parse_repository_arn(props.platform.context, settings.bootstrap_image),
                ],
            ),
            allow_ecr_login(),
            props.logs.allow_write(),
            *allow_secret_reads(settings.secrets, settings.secrets_kms_keys),
        ]

    def _exec_statements(self) -> list[Statement]:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        platform = self._props.platform
        channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
        return [
            Statement(sid="ExecChannels", actions=[f"ssmmessages:{name}" for name in channels], resources=["*"]),
            Statement(sid="ExecDecrypt", actions=["kms:Decrypt"], resources=[platform.key.arn]),
            Statement(sid="ExecFindLogs", actions=["logs:DescribeLogGroups"], resources=["*"]),
            Statement(
                sid="ExecWriteLogs",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[f"{platform.cluster.exec_logs.arn}:*"],
            ),
        ]


def _parse_repository_arn(context: Context, image: str | None) -> list[str]:
    """Return the ARN of the ECR repository of ``image``, or nothing if the image is not in ECR."""
    found = _ECR_IMAGE.fullmatch((image or "").partition("@")[0].partition(":")[0])
    if found is None:
        return []
    return [f"arn:{context.partition}:ecr:{found['region']}:{found['account']}:repository/{found['name']}"]


def register_task(scope: Construct, task: Task, settings: Settings, *, disposable: bool) -> EcsTaskDefinition:
    """Create revision 1 of the task definition, with the placeholder image. Releases register all others."""
    image, command = _select_first_image(settings)
    return EcsTaskDefinition(
        scope,
        "task-definition",
        family=task.family,
        cpu=str(task.cpu),
        memory=str(task.memory),
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform=EcsTaskDefinitionRuntimePlatform(
            cpu_architecture=task.cpu_architecture, operating_system_family="LINUX"
        ),
        task_role_arn=task.task_role_arn,
        execution_role_arn=task.execution_role_arn,
        volume=[EcsTaskDefinitionVolume(name=name) for name in task.volumes()] or None,
        container_definitions=json.dumps([task.container(image, command)], sort_keys=True, ensure_ascii=False),
        # A revision that tasks run on stays valid when settings make a new one.
        skip_destroy=not disposable,
    )


def _select_first_image(settings: Settings) -> tuple[str, list[str]]:
    """Return the image and the command of revision 1; an image that the user names runs its own command."""
    if settings.bootstrap_image is not None:
        return settings.bootstrap_image, []
    status = int(settings.health_check.status[:3])
    test = settings.release.smoke_test
    # ECS calls its hooks on the first deployment already.
    answers = {test.path: test.expect} if test else {}
    server = _SERVER.format(port=settings.port, status=status, answers=answers)
    return PLACEHOLDER_IMAGE, ["python", "-c", server]
