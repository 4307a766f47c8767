"""The facts of a task that Terraform and the release contract share.

Terraform registers revision 1 of the task definition from them. CodeBuild gets the same facts as environment variables, and
fills ``artifacts/taskdef.json`` and ``artifacts/appspec.yml`` from them on each release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tealform.settings.build import UPSTREAMS, registry_variable
from tealform.settings.service import Service

PLATFORM_VERSION = "LATEST"

CODEBUILD_VARIABLE_LENGTH = 4096
"""The longest value of a CodeBuild variable, in characters."""

PARAMETER_BYTES = 4096
"""The largest parameter of Parameter Store's standard tier, in bytes."""

TASKDEF = "taskdef.json"
APPSPEC = "appspec.yml"

RELEASE_FILES = (
    "imageDetail.json",
    "imagedefinitions.json",
    TASKDEF,
    APPSPEC,
    f".release/{TASKDEF}",
    f".release/{APPSPEC}",
)
"""The files of a release: the image, what the deployment reads, and the templates that another environment fills in."""

_TASK_VARIABLES = (
    *("TASK_FAMILY", "TASK_CPU", "TASK_MEMORY", "CPU_ARCHITECTURE", "TASK_ROLE_ARN", "EXECUTION_ROLE_ARN"),
    *("CONTAINER_NAME", "CONTAINER_PORT", "CONTAINER_ENVIRONMENT", "CONTAINER_SECRETS", "READ_ONLY_ROOT_FILESYSTEM"),
    *("MOUNT_POINTS", "VOLUMES", "STOP_TIMEOUT", "LOG_GROUP"),
)
_PLACEMENT_VARIABLES = ("PLATFORM_VERSION", "SUBNETS", "SECURITY_GROUPS", "CAPACITY_PROVIDER_STRATEGY")

_HOOKS = "HOOKS"

_BUILD_VARIABLES = (
    *("ECR_REPOSITORY_URI", "MANIFEST_TYPES", "IMAGE_TAG", "IMAGE_DIGEST", "TEMPLATES"),
    *("BUILD_ARGUMENTS", "CACHE_REPOSITORY_URI", "BUILDX_NO_DEFAULT_ATTESTATIONS"),
    *(registry_variable(upstream) for upstream in UPSTREAMS),
)

RESERVED_VARIABLES = frozenset((*_BUILD_VARIABLES, *_TASK_VARIABLES, *_PLACEMENT_VARIABLES, _HOOKS))
"""The variables that fill the release contract, or that ``buildspec.yml`` sets itself."""

FILES = {
    **dict.fromkeys(_TASK_VARIABLES, (TASKDEF,)),
    **dict.fromkeys((*_PLACEMENT_VARIABLES, _HOOKS), (APPSPEC,)),
    "CONTAINER_NAME": (TASKDEF, APPSPEC),
    "CONTAINER_PORT": (TASKDEF, APPSPEC),
}
"""The files that each variable fills."""


@dataclass(frozen=True)
class Task:
    """A task with its one container. ``cpu`` is in CPU units, ``memory`` in MiB, ``stop_timeout`` in seconds."""

    family: str
    cpu: int
    memory: int
    architecture: str
    task_role_arn: str
    execution_role_arn: str
    container_name: str
    port: int
    log_group: str
    region: str
    read_only_root_filesystem: bool
    stop_timeout: int
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    writable_paths: Sequence[str] = ()

    @property
    def cpu_architecture(self) -> str:
        """Return ``X86_64`` or ``ARM64``."""
        return self.architecture.upper()

    def container(self, image: str, command: Sequence[str] = ()) -> dict[str, Any]:
        """Return the container definition for RegisterTaskDefinition."""
        definition: dict[str, Any] = {
            "name": self.container_name,
            "image": image,
            "essential": True,
            "portMappings": [{"containerPort": self.port, "hostPort": self.port, "protocol": "tcp"}],
            "environment": _environment(self.environment),
            "secrets": _secrets(self.secrets),
            "readonlyRootFilesystem": self.read_only_root_filesystem,
            "mountPoints": _mount_points(self.writable_paths),
            "linuxParameters": {"initProcessEnabled": True},
            "stopTimeout": self.stop_timeout,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self.log_group,
                    "awslogs-region": self.region,
                    "awslogs-stream-prefix": self.container_name,
                },
            },
        }
        return definition | ({"command": list(command)} if command else {})

    def volumes(self) -> list[str]:
        """Return the names of the task's volumes, one for each writable folder."""
        return _volumes(self.writable_paths)

    def variables(self) -> dict[str, str]:
        """Return the variables that fill ``taskdef.json``."""
        rendered = render_settings(self)
        return {
            "TASK_FAMILY": self.family,
            "TASK_CPU": str(self.cpu),
            "TASK_MEMORY": str(self.memory),
            "CPU_ARCHITECTURE": self.cpu_architecture,
            "TASK_ROLE_ARN": self.task_role_arn,
            "EXECUTION_ROLE_ARN": self.execution_role_arn,
            "CONTAINER_NAME": self.container_name,
            "CONTAINER_PORT": str(self.port),
            "CONTAINER_ENVIRONMENT": rendered["environment"],
            "CONTAINER_SECRETS": rendered["secrets"],
            "READ_ONLY_ROOT_FILESYSTEM": _json(self.read_only_root_filesystem),
            "MOUNT_POINTS": rendered["writable_paths"],
            "VOLUMES": _json([{"name": name} for name in self.volumes()]),
            "STOP_TIMEOUT": str(self.stop_timeout),
            "LOG_GROUP": self.log_group,
        }


@dataclass(frozen=True)
class Placement:
    """Where tasks run, which CodeDeploy owns once the service exists, and ``appspec.yml`` carries."""

    subnets: Sequence[str]
    security_groups: Sequence[str]
    base: int
    on_demand: int
    spot: int

    def strategy(self) -> list[dict[str, Any]]:
        """Return the capacity provider strategy as in ``appspec.yml``, without providers that have no share."""
        providers = [
            {"Base": self.base, "CapacityProvider": "FARGATE", "Weight": self.on_demand},
            {"Base": 0, "CapacityProvider": "FARGATE_SPOT", "Weight": self.spot},
        ]
        return [provider for provider in providers if provider["Weight"]]

    def variables(self) -> dict[str, str]:
        """Return the variables that fill ``appspec.yml``."""
        return {
            "PLATFORM_VERSION": PLATFORM_VERSION,
            "SUBNETS": _json(list(self.subnets)),
            "SECURITY_GROUPS": _json(list(self.security_groups)),
            "CAPACITY_PROVIDER_STRATEGY": _json(self.strategy()),
        }


def hooks_variables(hooks: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that fills the hooks in ``appspec.yml``; ``hooks`` are function ARNs by CodeDeploy's names."""
    return {_HOOKS: _json([{event: arn} for event, arn in hooks.items()])}


def as_parameter(value: str) -> str:
    """Escape two braces, which Parameter Store reads as a reference, in a way that JSON understands."""
    return value.replace("{{", "{\\u007b")


def render_settings(task: Task | Service) -> dict[str, str]:
    """Return the settings whose length users decide, as the release contract carries them, by their names."""
    return {
        "environment": _json(_environment(task.environment)),
        "secrets": _json(_secrets(task.secrets)),
        "writable_paths": _json(_mount_points(task.writable_paths)),
    }


def _volumes(paths: Sequence[str]) -> list[str]:
    return [f"writable-{number}" for number, _ in enumerate(paths, start=1)]


def _mount_points(paths: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"sourceVolume": name, "containerPath": path, "readOnly": False}
        for name, path in zip(_volumes(paths), paths, strict=True)
    ]


def _environment(environment: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(environment.items())]


def _secrets(secrets: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "valueFrom": arn} for name, arn in sorted(secrets.items())]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
