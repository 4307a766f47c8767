"""Arguments that exclude or need each other, as the provider's pages say; its schema does not tell."""

from __future__ import annotations

from collections.abc import Iterator

from tealform_harness.provider_stub.diagnostic import Diagnostic, error
from tealform_harness.provider_stub.protocol.messages import UNKNOWN, Value

_NAMES = (("name", "name_prefix"),)
_SOURCE_OF_RULE = (("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"),)

# At most one of each group. https://github.com/hashicorp/terraform-provider-aws/tree/v6.25.0/website/docs/r, on each resource's page.
_AT_MOST_ONE: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws_cloudwatch_event_rule": _NAMES,
    "aws_cloudwatch_log_group": _NAMES,
    "aws_iam_role": _NAMES,
    "aws_iam_role_policy": _NAMES,
    "aws_kms_alias": _NAMES,
    "aws_lb": _NAMES,
    "aws_lb_target_group": _NAMES,
    "aws_s3_bucket": (("bucket", "bucket_prefix"),),
    "aws_security_group": _NAMES,
    "aws_subnet": (("availability_zone", "availability_zone_id"),),
}

# Exactly one of each group.
_EXACTLY_ONE: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws_route": (("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"),),
    "aws_route_table_association": (("gateway_id", "subnet_id"),),
    "aws_vpc_security_group_egress_rule": _SOURCE_OF_RULE,
    "aws_vpc_security_group_ingress_rule": _SOURCE_OF_RULE,
}


def problems(terraform_type: str, config: dict[str, Value]) -> Iterator[Diagnostic]:
    """What excludes each other in a resource, and what one of must be there. Unknown values count as set."""
    for group in _AT_MOST_ONE.get(terraform_type, ()):
        yield from _too_many(group, config)
    for group in _EXACTLY_ONE.get(terraform_type, ()):
        yield from _too_many(group, config)
        if not _given(group, config):
            yield error("Missing argument", f"One of {', '.join(group)} is needed in {terraform_type}.")


def _too_many(group: tuple[str, ...], config: dict[str, Value]) -> Iterator[Diagnostic]:
    given = _given(group, config)
    # An unknown value may turn out to be null.
    if len([name for name in given if config[name] != UNKNOWN]) > 1:
        yield error("Conflicting arguments", f"Only one of {', '.join(group)} may be set.", (given[0],))


def _given(group: tuple[str, ...], config: dict[str, Value]) -> list[str]:
    return [name for name in group if config.get(name) is not None]
