"""What the provider checks beyond its schema: read-only arguments, arguments that exclude or need each other, values.

Terraform itself checks types, required arguments and counts of blocks before it asks a provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from tealform_harness.provider_stub import blocks, data_sources
from tealform_harness.provider_stub.protocol import UNKNOWN, StubDiagnostic, Value, error
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values import constraints
from tealform_harness.provider_stub.values.constraints import Constraints

_NAMES = (("name", "name_prefix"),)
_SOURCE_OF_RULE = (("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"),)

# The schema does not say which arguments exclude each other; each resource's page does:
# https://github.com/hashicorp/terraform-provider-aws/tree/v6.25.0/website/docs/r. At most one of each group.
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


def validate_resource(
    terraform_type: str, block: Block, config: dict[str, Value], known: Constraints
) -> Iterator[StubDiagnostic]:
    """Yield the mistakes in a resource's configuration. ``known`` constrains values; unknown values are skipped."""
    yield from _unconfigurable(block, config)
    yield from _exclusive(terraform_type, config)
    yield from constraints.check_values(terraform_type, block, config, known)


def validate_data_source(terraform_type: str, block: Block, config: dict[str, Value]) -> Iterator[StubDiagnostic]:
    """Yield the mistakes in a data source's configuration; unknown values are skipped."""
    yield from _unconfigurable(block, config)
    if terraform_type == "aws_iam_policy_document":
        yield from data_sources.check_policy_choices(config)


def _unconfigurable(block: Block, config: dict[str, Value]) -> Iterator[StubDiagnostic]:
    for place in blocks.walk(block, config):
        for name, attribute in place.block["attributes"].items():
            settable = attribute.get("required") or attribute.get("optional")
            if not settable and place.value.get(name) is not None:
                yield error(
                    "Value for unconfigurable attribute",
                    f'Can\'t configure a value for "{name}": its value is decided by the provider.',
                    (*place.path, name),
                )


def _exclusive(terraform_type: str, config: dict[str, Value]) -> Iterator[StubDiagnostic]:
    needed = _EXACTLY_ONE.get(terraform_type, ())
    for group in (*_AT_MOST_ONE.get(terraform_type, ()), *needed):
        given = [name for name in group if config.get(name) is not None]
        # An unknown value may turn out to be null. It counts as set where one of a group must be there.
        if len([name for name in given if config[name] != UNKNOWN]) > 1:
            yield error("Conflicting arguments", f"Only one of {', '.join(group)} may be set.", (given[0],))
        if not given and group in needed:
            yield error("Missing argument", f"One of {', '.join(group)} is needed in {terraform_type}.")
