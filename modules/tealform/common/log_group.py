"""CloudWatch log groups, all encrypted and all with an end."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import CloudwatchLogGroup, Construct
from tealform.common.iam import Statement
from tealform.common.kms_key import Key
from tealform.naming import Context


@dataclass(frozen=True)
class LogGroupProps:
    """The group's full name, the key that encrypts it, and how many days it keeps what it gets."""

    context: Context
    name: str
    key: Key
    retention_days: int


class LogGroup(Construct):
    """A log group. ``arn`` is written out, without the ``:*`` of its streams."""

    def __init__(self, scope: Construct, id_: str, props: LogGroupProps) -> None:
        super().__init__(scope, id_)
        self.name = props.name
        self.arn = props.context.arn("logs", f"log-group:{props.name}")
        self.group = CloudwatchLogGroup(
            self,
            "group",
            name=props.name,
            kms_key_id=props.key.arn,
            retention_in_days=props.retention_days,
            depends_on=[props.key.policy],
        )

    def writing(self) -> Statement:
        """The right to write to this group."""
        return Statement(
            sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{self.arn}:*"]
        )
