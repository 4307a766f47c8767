"""CloudWatch log groups, all encrypted and all with a retention."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import CloudwatchLogGroup, Construct
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources


@dataclass(frozen=True, kw_only=True)
class LogGroupProps:
    """Inputs of ``LogGroup``."""

    shared: SharedResources
    """The KMS key and the retention."""

    name: str
    """The group's full name, as ``Context.log_group`` makes it."""


class LogGroup(Construct):
    """A log group under the environment's key. ``arn`` is literal, without the ``:*`` of its streams."""

    def __init__(self, scope: Construct, id_: str, props: LogGroupProps) -> None:
        super().__init__(scope, id_)
        shared = props.shared
        self.name = props.name
        self.arn = shared.context.arn("logs", f"log-group:{props.name}")
        self.group = CloudwatchLogGroup(
            self,
            "group",
            name=props.name,
            kms_key_id=shared.key.arn,
            retention_in_days=shared.retention_days,
            depends_on=[shared.key.policy],
        )

    def allow_write(self) -> Statement:
        """Allow writing to this group."""
        return Statement(
            sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{self.arn}:*"]
        )
