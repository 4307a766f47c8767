"""What CloudWatch watches during a release."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, Distinct, between, matching

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
AlarmName = Annotated[
    str, matching(r"[^\x00-\x1f\x7f]{1,255}", "the name of a CloudWatch alarm; at most 255 characters")
]
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
Percentile = Annotated[str, matching(r"p\d{1,2}(\.\d{1,10})?", "a percentile like p95 or p99.9")]


class Alarms(Block):
    """Alarms on both colours. A colour without traffic raises none; one that is raised rolls the release back."""

    unhealthy_targets: Annotated[int, between(0, 5000, "targets")] = Field(
        default=1, description="Unhealthy targets of one colour that are too many; 0 for no such alarm."
    )
    errors_percent: Annotated[int, between(0, 100, "percent")] = Field(
        default=5, description="Share of requests that targets answer with 5xx that is too much; 0 for no such alarm."
    )
    latency_milliseconds: Annotated[int, between(0, 4_000_000, "milliseconds")] = Field(
        default=3000, description="Time to an answer, at `latency_percentile`, that is too long; 0 for no such alarm."
    )
    latency_percentile: Percentile = Field(
        default="p95", description="The percentile of the time to an answer that is looked at."
    )
    from_requests: Annotated[int, between(1, 1_000_000, "requests")] = Field(
        default=20, description="Requests in a minute below which errors and times to an answer say nothing."
    )
    minutes: Annotated[int, between(1, 60, "minutes")] = Field(
        default=3, description="Minutes in a row that must be bad."
    )
    names: Distinct[AlarmName] = Field(
        default=(), description="Metric alarms of your own that roll a release back too, by name."
    )

    def kinds(self, balancer: Literal["application", "network"]) -> list[str]:
        """The alarms that each colour has: a network load balancer sees neither answers nor their time."""
        wanted = {"unhealthy": self.unhealthy_targets}
        if balancer == "application":
            wanted |= {"errors": self.errors_percent, "latency": self.latency_milliseconds}
        return [kind for kind, threshold in wanted.items() if threshold]
