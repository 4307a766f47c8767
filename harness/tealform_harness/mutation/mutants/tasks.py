"""Task definitions, whose containers are a text that holds JSON."""

from __future__ import annotations

from tealform_harness.mutation.edits import add, drop, put, replace, together
from tealform_harness.mutation.mutant import Mutant

_TASK = "service-api/task-definition"
_CONTAINERS = "container_definitions"
_API = f"{_CONTAINERS}/api"
_SIDECAR = {
    "name": "agent",
    "image": "public.ecr.aws/datadog/agent:7.60.0",
    "essential": False,
    "readonlyRootFilesystem": True,
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": "/shop/prod/api",
            "awslogs-region": "ap-northeast-1",
            "awslogs-stream-prefix": "agent",
        },
    },
}

MUTANTS = (
    Mutant(
        "privileged-container",
        "a container is privileged",
        "Who breaks out of it has the host; on Fargate the task definition is refused in the middle of an apply.",
        "prod",
        put(_TASK, f"{_API}/privileged", True),
    ),
    Mutant(
        "writable-root",
        "the root file system of a container is writable",
        "Whoever gets into the container can leave programs in it.",
        "prod",
        put(_TASK, f"{_API}/readonlyRootFilesystem", False),
    ),
    Mutant(
        "root-not-said-to-be-read-only",
        "readonlyRootFilesystem was removed from a container",
        "The default is writable.",
        "prod",
        drop(_TASK, f"{_API}/readonlyRootFilesystem"),
    ),
    Mutant(
        "writable-sidecar",
        "a second container with a writable root was added",
        "What is careful about the first container is of no use: both share the task's role and network.",
        "prod",
        add(_TASK, _CONTAINERS, {**_SIDECAR, "readonlyRootFilesystem": False}),
    ),
    Mutant(
        "privileged-sidecar",
        "a second container that is privileged was added",
        "Who breaks out of it has the host.",
        "prod",
        add(_TASK, _CONTAINERS, {**_SIDECAR, "privileged": True}),
    ),
    Mutant(
        "tracing-capability",
        "a container may trace the processes of others (SYS_PTRACE)",
        "With a shared process namespace it reads the secrets of the containers beside it.",
        "prod",
        put(_TASK, f"{_API}/linuxParameters/capabilities", {"add": ["SYS_PTRACE"]}),
    ),
    Mutant(
        "password-in-a-variable",
        "a password stands in a container's environment",
        "Whoever may read the repository, the state or DescribeTaskDefinition has it.",
        "prod",
        add(_TASK, f"{_API}/environment", {"name": "DATABASE_PASSWORD", "value": "correct-horse-battery"}),
    ),
    Mutant(
        "password-in-an-address",
        "a password stands in a database's address in a container's environment",
        "Whoever may read the repository, the state or DescribeTaskDefinition has it.",
        "prod",
        add(_TASK, f"{_API}/environment", {"name": "DATABASE", "value": "postgres://shop:s3cr3t-9x@db.internal/shop"}),
    ),
    Mutant(
        "access-key-in-a-variable",
        "an access key of AWS stands in a container's environment, under a harmless name",
        "It works from anywhere, until somebody revokes it.",
        "prod",
        add(_TASK, f"{_API}/environment", {"name": "REPORTING_USER", "value": "AKIAQ3EGRW2PLMZTX7VN"}),
    ),
    Mutant(
        "password-in-a-command",
        "a password stands in a container's command",
        "Whoever may read the repository, the state or DescribeTaskDefinition has it.",
        "prod",
        put(_TASK, f"{_API}/command", ["serve", "--database", "postgres://shop:s3cr3t-9x@db.internal/shop"]),
    ),
    Mutant(
        "secret-no-longer-a-secret",
        "a secret became a variable with the value in it",
        "Whoever may read the repository, the state or DescribeTaskDefinition has it.",
        "prod",
        together(
            drop(_TASK, f"{_API}/secrets/DATABASE_URL"),
            add(_TASK, f"{_API}/environment", {"name": "DATABASE_URL", "value": "postgres://shop:s3cr3t-9x@db/shop"}),
        ),
    ),
    Mutant(
        "host-network",
        "tasks share the host's network",
        "A container listens on the host's own addresses, past every security group of its own.",
        "prod",
        together(put(_TASK, "network_mode", "host"), put(_TASK, "requires_compatibilities", ["EC2"])),
    ),
    Mutant(
        "host-processes",
        "containers share the host's processes",
        "A container sees the processes of every other one, and their secrets.",
        "prod",
        put(_TASK, "pid_mode", "host"),
    ),
    Mutant(
        "host-folder",
        "a folder of the host is mounted into a container",
        "Who writes there writes to the host.",
        "prod",
        together(
            put(_TASK, "volume", [{"name": "host", "host_path": "/var/run"}]),
            add(_TASK, f"{_API}/mountPoints", {"sourceVolume": "host", "containerPath": "/host"}),
        ),
    ),
    Mutant(
        "files-in-plain-text",
        "a file system is mounted without encryption on its way",
        "Whoever listens in the network reads the files.",
        "prod",
        put(
            _TASK,
            "volume",
            [
                {
                    "name": "files",
                    "efs_volume_configuration": {
                        "file_system_id": "fs-0123456789abcdef0",
                        "transit_encryption": "DISABLED",
                    },
                }
            ],
        ),
    ),
    Mutant(
        "no-container-log",
        "a container logs nowhere",
        "When a release fails nobody can say why.",
        "prod",
        drop(_TASK, f"{_API}/logConfiguration"),
    ),
    Mutant(
        "log-of-another-environment",
        "a container logs to another environment's log group",
        "Its role may not write there: no task starts.",
        "prod",
        put(_TASK, f"{_API}/logConfiguration/options/awslogs-group", "/shop/dev/api"),
    ),
    Mutant(
        "application-with-the-execution-role",
        "the application runs with the execution role",
        "It may read every secret and write every log of the service; what it may itself is nobody's decision.",
        "prod",
        put(_TASK, "task_role_arn", "${aws_iam_role.service-api_roles_execution_role.arn}"),
    ),
    Mutant(
        "application-with-the-neighbours-role",
        "the application runs with another service's role",
        "It may do what the other service may, and not what it needs itself.",
        "prod",
        put(_TASK, "task_role_arn", "${aws_iam_role.service-web_roles_task_role.arn}"),
    ),
    Mutant(
        "no-execution-role",
        "the execution role of a task definition was removed",
        "Tasks cannot fetch images, secrets, or write logs: none starts.",
        "prod",
        drop(_TASK, "execution_role_arn"),
    ),
    Mutant(
        "impossible-size",
        "a task has less memory than Fargate sells with its CPU",
        "The apply fails half-way, in the middle of everything else.",
        "prod",
        put(_TASK, "memory", "1024"),
    ),
    Mutant(
        "first-image-is-whatever-is-latest",
        "the image that a service starts with is tagged latest",
        "What runs first is decided by whoever pushes there.",
        "prod",
        put(_TASK, f"{_API}/image", "public.ecr.aws/docker/library/python:latest"),
    ),
    Mutant(
        "container-renamed",
        "a container is named otherwise than its service and its releases say",
        "ECS does not find the container that takes the traffic, and the release names one that is not there.",
        "prod",
        put(_TASK, f"{_API}/name", "backend"),
    ),
    Mutant(
        "container-on-another-port",
        "a container listens on another port than its service says",
        "No target ever becomes healthy.",
        "prod",
        put(_TASK, f"{_API}/portMappings", [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]),
    ),
    Mutant(
        "task-definitions-destroyed",
        "replaced task definitions are deregistered",
        "A rollback after the next apply has nothing to go back to, and blue cannot start tasks.",
        "prod",
        put(_TASK, "skip_destroy", False),
    ),
    Mutant(
        "containers-that-are-no-json",
        "a comma too many in the container definitions",
        "The apply fails; what the checks would have said of it, nobody knows.",
        "prod",
        replace(_TASK, _CONTAINERS, '"essential": true,', '"essential": true,,'),
    ),
)
