"""What runs before the first release is known by its name."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy import containers
from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_LATEST = "latest"


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    for container in containers.parse_containers(definition):
        image = str(container.get("image", ""))
        if _tag(image) == _LATEST:
            yield f"{containers.container_label(container)} runs {image}, which is whatever was pushed last"


def _tag(image: str) -> str:
    """The tag of an image like ``registry:5000/name:tag``, ``latest`` if it says none; empty for a digest or no image."""
    if not image or "@" in image:
        return ""
    # Before the last slash a colon is a port's.
    return image.rpartition("/")[2].partition(":")[2] or _LATEST


CHECK = Check(
    Rule(
        id="TEAL_TASK_IMAGE",
        severity="medium",
        title="The image that a service starts with has a tag of its own, or a digest",
        why="What runs first is decided by whoever pushes there: two tasks of one version run two programs, and one that worked "
        "is not found again.",
        fix="Name in bootstrap_image a version of the image, like nginx:1.29, or its digest.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/application.html",
        setting="service.<name>.bootstrap_image",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
    applies=containers.has_readable_containers,
)
