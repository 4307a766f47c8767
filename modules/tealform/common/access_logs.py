"""The bucket for the records of who came: of the load balancer, and of the other buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tealform.aws import Construct
from tealform.common.iam import Condition, Statement
from tealform.common.s3_bucket import BUCKETS_PREFIX, Bucket, BucketProps
from tealform.naming import Context


@dataclass(frozen=True)
class AccessLogsProps:
    """How many days records are kept, and the type of load balancer whose records they are, if there is one.

    ``environments`` are those whose buckets have theirs here.
    """

    context: Context
    days: int
    disposable: bool
    balancer: Literal["application", "network"] | None
    environments: Sequence[Context]


class AccessLogs(Construct):
    """A bucket under S3's own key: load balancers deliver to no other.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """

    def __init__(self, scope: Construct, id_: str, props: AccessLogsProps) -> None:
        super().__init__(scope, id_)
        self._context, self._balancer, self._environments = props.context, props.balancer, props.environments
        self.bucket = Bucket(
            self,
            "bucket",
            BucketProps(
                props.context,
                name=props.context.bucket("access-logs"),
                expiration_days=props.days,
                force_destroy=props.disposable,
                statements=self._deliveries,
            ),
        )

    def _deliveries(self, arn: str) -> list[Statement]:
        context = self._context
        objects = f"{arn}/AWSLogs/{context.account}/*"
        of_balancer = []
        if self._balancer is not None:
            application = self._balancer == "application"
            of_balancer = _of_application(objects) if application else _of_network(context, arn, objects)
        return [
            *of_balancer,
            Statement(
                sid="DeliverBucketLogs",
                actions=["s3:PutObject"],
                resources=[f"{arn}/{BUCKETS_PREFIX}*"],
                principals={"Service": ["logging.s3.amazonaws.com"]},
                conditions=[
                    Condition("StringEquals", "aws:SourceAccount", [context.account]),
                    Condition(
                        "ArnLike",
                        "aws:SourceArn",
                        [f"arn:{context.partition}:s3:::{each.prefix}-*" for each in self._environments],
                    ),
                ],
            ),
        ]


def _of_application(objects: str) -> list[Statement]:
    """The path keeps other accounts out; AWS's own policy has no condition either."""
    return [
        Statement(
            sid="DeliverLoadBalancerLogs",
            actions=["s3:PutObject"],
            resources=[objects],
            principals={"Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]},
        )
    ]


def _of_network(context: Context, bucket: str, objects: str) -> list[Statement]:
    principals = {"Service": ["delivery.logs.amazonaws.com"]}
    ours = [
        Condition("StringEquals", "aws:SourceAccount", [context.account]),
        Condition("ArnLike", "aws:SourceArn", [context.arn("logs", "*")]),
    ]
    owned = Condition("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"])
    return [
        Statement("LookAtBucketAcl", ["s3:GetBucketAcl"], [bucket], principals=principals, conditions=ours),
        Statement(
            "DeliverLoadBalancerLogs", ["s3:PutObject"], [objects], principals=principals, conditions=[owned, *ours]
        ),
    ]
