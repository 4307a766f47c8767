"""Resolves references in generated Terraform to known values, and to ARNs as AWS writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from tealform.errors import TealformError
from tealform.synth.terraform_json import blocks, resources

Json = dict[str, Any]

_REFERENCE = re.compile(r"\$\{(?P<kind>aws_\w+)\.(?P<name>[\w-]+)\.(?P<attribute>\w+)\}")

# After partition and service: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
_ARNS: Mapping[str, str] = {
    "aws_cloudwatch_event_bus": "events:{region}:{account}:event-bus/{name}",
    "aws_codebuild_project": "codebuild:{region}:{account}:project/{name}",
    "aws_codecommit_repository": "codecommit:{region}:{account}:{repository_name}",
    "aws_codeconnections_connection": "codeconnections:{region}:{account}:connection/<id>",
    "aws_codepipeline": "codepipeline:{region}:{account}:{name}",
    "aws_ecr_repository": "ecr:{region}:{account}:repository/{name}",
    "aws_iam_openid_connect_provider": "iam::{account}:oidc-provider/{host}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_kms_key": "kms:{region}:{account}:key/<id>",
    "aws_lambda_function": "lambda:{region}:{account}:function:{function_name}",
    "aws_lb_listener": "elasticloadbalancing:{region}:{account}:listener/{balancer}/<id>/<listener>",
    "aws_lb_listener_rule": "elasticloadbalancing:{region}:{account}:listener-rule/{balancer}/<id>/<listener>/<rule>",
    "aws_s3_bucket": "s3:::{bucket}",
    "aws_security_group": "ec2:{region}:{account}:security-group/<id>",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_subnet": "ec2:{region}:{account}:subnet/<id>",
}
_ARGUMENTS = {"bucket", "function_name", "name", "repository_name"}


class References:
    """Resolves the references of one environment's generated Terraform."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._bodies = {each.address: each.body for each in resources(document)}

    @cached_property
    def account(self) -> str:
        """The account that the provider allows; raises ``TealformError`` if it names none."""
        allowed = self._provider.get("allowed_account_ids")
        if not isinstance(allowed, list) or not allowed:
            raise TealformError("provider.aws names no account in allowed_account_ids")
        return str(allowed[0])

    @cached_property
    def region(self) -> str:
        """The provider's region; raises ``TealformError`` if it names none."""
        if not self._provider.get("region"):
            raise TealformError("provider.aws names no region")
        return str(self._provider["region"])

    @cached_property
    def partition(self) -> str:
        """``aws``, or what AWS calls its parts in China and for the government of the US."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def _provider(self) -> Json:
        configurations = (body for each in blocks(self._document.get("provider")) for body in blocks(each.get("aws")))
        return next(configurations, {})

    def resolved(self, value: str) -> str:
        """Return ``value`` with its references resolved; an id that AWS chooses becomes ``<id>``.

        Raises ``TealformError`` for the ARN of a type that is not known here.
        """
        return _REFERENCE.sub(lambda match: self._of(match["kind"], match["name"], match["attribute"]), value)

    def _of(self, kind: str, name: str, attribute: str) -> str:
        body = self._bodies.get(f"{kind}.{name}")
        if body is None:
            raise TealformError(f"{kind}.{name} is referred to, and not there")
        if attribute in body:
            return self.resolved(str(body[attribute]))
        if attribute != "arn":
            return f"<{attribute}>"
        if kind not in _ARNS:
            raise TealformError(f"what the ARN of {kind} looks like must be said in tealform.policy.iam.arn_resolver")
        named = {key: self.resolved(str(body.get(key, f"<{key}>"))) for key in _ARGUMENTS}
        named["host"] = str(body.get("url", "")).removeprefix("https://")
        rest = _ARNS[kind].format_map({**named, **self._place()})
        return f"arn:{self.partition}:{rest}"

    def _place(self) -> dict[str, str]:
        balancers = [body for address, body in self._bodies.items() if address.startswith("aws_lb.")]
        balancer = next((f"{_letters(body)}/{body.get('name', '<name>')}" for body in balancers), "")
        return {"region": self.region, "account": self.account, "balancer": balancer}


def _letters(balancer: Json) -> str:
    return "net" if balancer.get("load_balancer_type") == "network" else "app"
