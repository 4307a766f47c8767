"""A record of the connections in a VPC."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import Construct, FlowLog
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.common.kms_key import Key
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.naming import Context


@dataclass(frozen=True)
class FlowLogsProps:
    """The VPC, and the key and the days for what is recorded of it."""

    context: Context
    vpc_id: str
    key: Key
    retention_days: int


class FlowLogs(Construct):
    """All traffic of a VPC, accepted and rejected, in a log group.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(self, scope: Construct, id_: str, props: FlowLogsProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        log_group = LogGroup(
            self,
            "logs",
            LogGroupProps(context, context.log_group("vpc-flow-logs"), props.key, props.retention_days),
        )
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=context.name("flow-logs"),
                service="vpc-flow-logs.amazonaws.com",
                source_arn=context.arn("ec2", "vpc-flow-log/*"),
                statements=[
                    log_group.writing(),
                    # AWS knows no narrower resource for it.
                    Statement(sid="FindLogGroups", actions=["logs:DescribeLogGroups"], resources=["*"]),
                    Statement(
                        sid="FindLogStreams", actions=["logs:DescribeLogStreams"], resources=[f"{log_group.arn}:*"]
                    ),
                ],
            ),
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=props.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=log_group.group.arn,
            iam_role_arn=role.arn,
            tags={"Name": context.prefix},
            depends_on=role.permissions,
        )
