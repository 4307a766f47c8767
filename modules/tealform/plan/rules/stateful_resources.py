"""What the generator makes, and what is lost when it is destroyed or replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, labels
from tealform.plan.blocker import Objection

_CONNECTION = (
    "a new one connects nothing until somebody confirms it in the console, and until then no push starts a release"
)

# https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
_KEY = "what is encrypted with it can no longer be read, and never again once its waiting period is over: images, artifacts, logs, state"
# https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-delete.html
_REPLICA = "what is encrypted with it cannot be read in its region until its primary key is replicated there anew"
_LOGIN = "nobody who logs in through it gets in"

_HELD = {
    "aws_codecommit_repository": "all commits in it are lost",
    "aws_ecr_repository": "all images in it are lost, among them those of running tasks and those to roll back to",
    "aws_kms_external_key": _KEY,
    "aws_kms_key": _KEY,
    "aws_kms_replica_external_key": _REPLICA,
    "aws_kms_replica_key": _REPLICA,
    "aws_s3_bucket": "all objects in it are lost, in every version",
}
"""What is lost with what holds something, in use or not."""

LOST = {
    **_HELD,
    # https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
    "aws_codeconnections_connection": _CONNECTION,
    "aws_codestarconnections_connection": _CONNECTION,
    "aws_ecs_cluster": "every service in it stops",
    # What is ignored in a change is not ignored in a creation.
    "aws_ecs_service": "all its tasks stop, and a new one starts with the image that Terraform knows, not with the one released last",
    "aws_egress_only_internet_gateway": "tasks behind it reach nothing outside by IPv6 until there is another way",
    "aws_eip": "its address is lost for good, and is on the allow lists of others",
    "aws_elb": "nobody reaches what is behind it until its new name is known everywhere",
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
    "aws_iam_openid_connect_provider": f"{_LOGIN}: no run of HCP Terraform, no workflow of GitHub",
    "aws_iam_saml_provider": _LOGIN,
    "aws_internet_gateway": "nothing gets into its VPC or out of it",
    "aws_lb": "nobody reaches the services behind it until its new name is known everywhere",
    "aws_lb_listener": "nobody gets in through its port, and a new one does not know where releases have sent the traffic",
    "aws_nat_gateway": "tasks behind it reach nothing outside until there is another way",
    # https://docs.aws.amazon.com/sns/latest/dg/SendMessageToEmail.html
    "aws_sns_topic": "its subscriptions are lost, and whoever reads it by e-mail hears nothing until he has confirmed a new one",
    "aws_subnet": "tasks, load balancers and databases in it have to go first",
    "aws_vpc": "everything in it has to go first: tasks, load balancers, databases",
}
"""By type, in the words of an answer to «what if?»."""


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to the end of each of them, be there a new one afterwards or not.

    Of what replacements that were broken off have left, only to what holds something: nobody uses it any more.
    """
    for change in changes.of(plan):
        lost = (_HELD if change.deposed else LOST).get(change.type)
        if change.ends and lost:
            yield Objection(change.address, labels.left_over(lost) if change.deposed else lost)
