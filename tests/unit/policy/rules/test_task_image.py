"""What runs before the first release is known by its name."""

from __future__ import annotations

import pytest

from tealform.policy.rules.task_image import CHECK
from tests.unit.policy.rules.parts import TASK, contain
from tests.unit.policy.rules.shipped import failed, judged


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    "image",
    ["nginx", "nginx:latest", "public.ecr.aws/nginx/nginx", "localhost:5000/shop", "localhost:5000/shop:latest"],
)
def test_an_image_that_is_whatever_was_pushed_last_is_told(image: str) -> None:
    assert failed(CHECK, "dev", contain(image=image)) == {
        TASK: f"container web runs {image}, which is whatever was pushed last"
    }


@pytest.mark.parametrize(
    "image",
    [
        "nginx:1.29",
        "public.ecr.aws/nginx/nginx:stable",
        "localhost:5000/shop:1",
        f"nginx@sha256:{'a' * 64}",
        f"nginx:latest@sha256:{'a' * 64}",
        "",
    ],
)
def test_a_tag_of_its_own_or_a_digest_will_do(image: str) -> None:
    assert not failed(CHECK, "dev", contain(image=image))
