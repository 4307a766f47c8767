"""A request to green before it takes traffic."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tealform.settings.types import Block, UrlPath, between, matching

HostName = Annotated[
    str, matching(r"(?=.{1,128}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]+", "a host name like www.example.com")
]


class SmokeTest(Block):
    """A small Lambda function that asks green on the test listener; another answer than expected rolls back."""

    path: UrlPath = Field(default="/", description="The path that it asks for, by GET.")
    expect: Annotated[int, between(100, 599)] = Field(default=200, description="The status code that is right.")
    host: HostName | None = Field(
        default=None,
        description="The host that it asks for; the first of `hosts` when left out, or the load balancer's own name.",
    )
    timeout_seconds: Annotated[int, between(5, 840, "seconds")] = Field(
        default=60, description="Seconds in which the right answer must come; it is asked again until then."
    )
