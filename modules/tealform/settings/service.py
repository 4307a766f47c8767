"""A service: one container behind the load balancer, with its own repository, pipeline and releases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.build import Build, Scan, SourceTest
from tealform.settings.release import Release
from tealform.settings.schedules import Schedule
from tealform.settings.source import CodeCommit, Source
from tealform.settings.types import (
    Block,
    Distinct,
    KeyArn,
    Name,
    PolicyArn,
    Port,
    Secrets,
    UrlPath,
    Variables,
    between,
    matching,
    one_of,
)

# The only table of Fargate's sizes, CPU units to memory in MiB:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
FARGATE_MEMORY: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}

_MEMORY_SIZES = "; ".join(f"{cpu}: {sizes[0]} to {sizes[-1]}" for cpu, sizes in FARGATE_MEMORY.items())

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html, "Host conditions"
HostPattern = Annotated[
    str,
    matching(
        r"(?=.{1,128}\Z)[A-Za-z0-9.*?-]*\.[A-Za-z]+",
        "a host name or pattern like *.example.com, with a dot and letters at the end",
    ),
]
PathPattern = Annotated[
    str, matching(r"/[A-Za-z0-9_.$/~\"'@:+*?&;=-]{0,127}", "a path pattern like /api/*, at most 128 characters")
]
AbsolutePath = Annotated[str, matching(r"(/(?!\.\.?(/|\Z))[\w.-]+)+", "an absolute folder like /tmp")]
ImageUri = Annotated[str, matching(r"[a-z0-9][a-z0-9._/-]*(:[0-9]+/[a-z0-9._/-]+)?(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?", "an image like public.ecr.aws/nginx/nginx:stable")]  # fmt: skip


class Tasks(Block):
    """How many tasks run; autoscaling moves between the two."""

    min: Annotated[int, between(1, 5000, "tasks")] = Field(
        default=2, description="The fewest tasks; two survive the loss of a zone."
    )
    max: Annotated[int, between(1, 5000, "tasks")] = Field(default=6, description="The most tasks.")


class Scaling(Block):
    """The averages that autoscaling holds by adding and removing tasks."""

    cpu_percent: Annotated[int, between(1, 100, "percent")] = Field(
        default=60, description="Average CPU use, in percent."
    )
    memory_percent: Annotated[int, between(1, 100, "percent")] = Field(
        default=75, description="Average memory use, in percent."
    )
    requests_per_target: Annotated[int, between(1, 1_000_000_000, "requests")] | None = Field(
        default=None,
        description="Requests a minute for each task, those of both colours together; not looked at when left out.",
    )
    schedule: dict[Name, Schedule] = Field(
        default={}, description="Limits that change with the clock, each in a block of its own with a name as label."
    )


class Capacity(Block):
    """How tasks divide between on-demand Fargate and Fargate Spot, which is cheaper and can be taken away."""

    base: Annotated[int, between(0, 5000, "tasks")] = Field(
        default=0, description="Tasks that are on demand before any ratio counts."
    )
    on_demand: Annotated[int, between(0, 1000)] = Field(
        default=1, description="On-demand share of the tasks beyond `base`."
    )
    spot: Annotated[int, between(0, 1000)] = Field(default=0, description="Spot share of the tasks beyond `base`.")


class HealthCheck(Block):
    """What the load balancer asks a task to learn whether it is well."""

    path: UrlPath = Field(default="/", description="The path it calls.")
    status: Annotated[
        str,
        matching(
            r"[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*", "a status code, list or range like 200,301 or 200-299"
        ),
    ] = Field(default="200", description="The status codes that mean well.")
    interval: Annotated[int, between(5, 300, "seconds")] = Field(default=15, description="Seconds between two calls.")
    timeout: Annotated[int, between(2, 120, "seconds")] = Field(
        default=5, description="Seconds to wait for an answer; less than `interval`."
    )
    healthy: Annotated[int, between(2, 10)] = Field(
        default=2, description="Good answers in a row that make a task healthy."
    )
    unhealthy: Annotated[int, between(2, 10)] = Field(
        default=3, description="Bad answers in a row that make it unhealthy."
    )
    grace: Annotated[int, between(0, 3600, "seconds")] = Field(
        default=60, description="Seconds after its start in which a task is not stopped for being unhealthy."
    )

    def accepts(self, status: int) -> bool:
        """Return whether an answer with that status code means that a task is healthy."""
        ranges = (codes.partition("-") for codes in self.status.split(","))
        return any(int(low) <= status <= int(high or low) for low, _, high in ranges)


class Service(Block):
    """A service: what runs, how much of it, what it is told, who reaches it and how it is released."""

    port: Port = Field(description="The port that the container listens on.", examples=[8080])
    cpu: Annotated[int, one_of(*FARGATE_MEMORY, what="a Fargate CPU size")] = Field(
        default=256, description="CPU units of a task; 1024 are one vCPU."
    )
    memory: int = Field(default=512, description=f"Memory of a task, in MiB; with `cpu` {_MEMORY_SIZES}.")
    architecture: Literal["x86_64", "arm64"] = Field(
        default="x86_64", description="Processor; `arm64` costs about a fifth less."
    )
    tasks: Tasks = Field(default=Tasks(), description="How many tasks run.")
    scaling: Scaling = Field(default=Scaling(), description="When tasks are added and removed.")
    capacity: Capacity = Field(default=Capacity(), description="On-demand and Spot tasks.")
    environment: Variables = Field(default={}, description="Environment variables of the container, in plain text.")
    secrets: Secrets = Field(
        default={},
        description="Environment variables whose values ECS reads from Secrets Manager or Parameter Store when a task starts.",
    )
    secrets_kms_keys: Distinct[KeyArn] = Field(
        default=(), description="KMS keys, other than AWS's own, that encrypt those secrets."
    )
    task_policies: Distinct[PolicyArn] = Field(
        default=(), description="IAM policies for the application itself; it may do nothing in AWS when left out."
    )
    egress_ports: Distinct[Port] = Field(
        default=(443,), description="TCP ports that tasks may connect to; add the database's, for example."
    )
    hosts: Distinct[HostPattern] = Field(
        default=(), description="Host names whose requests come here; all when left out."
    )
    paths: Distinct[PathPattern] = Field(default=(), description="Paths whose requests come here; all when left out.")
    priority: Annotated[int, between(1, 50000)] = Field(
        default=100, description="Place among the load balancer's rules: the lowest number is asked first."
    )
    health_check: HealthCheck = Field(default=HealthCheck(), description="When a task counts as well.")
    read_only_root_filesystem: bool = Field(
        default=True, description="Whether the container's root file system is read-only."
    )
    writable_paths: Distinct[AbsolutePath] = Field(
        default=(),
        description="Folders that stay writable on a read-only root; a `VOLUME` of the Dockerfile keeps its owner and mode.",
    )
    exec: bool = Field(default=False, description="Whether ECS Exec may open a shell in a task.")
    stop_timeout: Annotated[int, between(1, 120, "seconds")] = Field(
        default=30, description="Seconds between the request to stop and the kill."
    )
    deregistration_delay: Annotated[int, between(0, 3600, "seconds")] = Field(
        default=30, description="Seconds that requests under way may take when a task leaves."
    )
    bootstrap_image: ImageUri | None = Field(
        default=None,
        description=(
            "The image that runs until the first release; it must answer on `port` and the health check's path. "
            "When left out: a small public one that answers everywhere."
        ),
    )
    source: Source = Field(default=CodeCommit(kind="codecommit"), description="Where the source comes from.")
    build: Build = Field(default=Build(), description="How the image is built.")
    scan: Scan | None = Field(
        default=None, description="What is found in the image that stops a release; nothing when left out."
    )
    test: SourceTest | None = Field(
        default=None, description="How what was built is tested before it is released; not at all when left out."
    )
    release: Release = Field(default=Release(), description="How a new version takes over.")

    @property
    def matches_every_request(self) -> bool:
        """Return whether every request matches, so that no later rule is evaluated."""
        return not self.hosts and set(self.paths) <= {"/*", "*"}
