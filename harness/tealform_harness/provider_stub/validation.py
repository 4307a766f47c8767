"""What the schema says and Terraform leaves to the provider to check.

Terraform itself checks types, required arguments and counts of blocks before it asks a provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from tealform_harness.provider_stub import blocks, exclusive_arguments
from tealform_harness.provider_stub.data_sources import policy_document
from tealform_harness.provider_stub.diagnostic import Diagnostic, error
from tealform_harness.provider_stub.protocol.messages import Value
from tealform_harness.provider_stub.schema.model import Block
from tealform_harness.provider_stub.values import check
from tealform_harness.provider_stub.values.constraints import Constraints


def resource(terraform_type: str, block: Block, config: dict[str, Value], known: Constraints) -> Iterator[Diagnostic]:
    """The mistakes in a resource's configuration; what is not known yet is not judged. ``known`` is about values."""
    yield from _unconfigurable(block, config)
    yield from exclusive_arguments.problems(terraform_type, config)
    yield from check.problems(terraform_type, block, config, known)


def data_source(terraform_type: str, block: Block, config: dict[str, Value]) -> Iterator[Diagnostic]:
    """The mistakes in a data source's configuration; what is not known yet is not judged."""
    yield from _unconfigurable(block, config)
    if terraform_type == "aws_iam_policy_document":
        yield from policy_document.choices(config)


def _unconfigurable(block: Block, config: dict[str, Value]) -> Iterator[Diagnostic]:
    for place in blocks.places(block, config):
        for name, attribute in place.block["attributes"].items():
            settable = attribute.get("required") or attribute.get("optional")
            if not settable and place.value.get(name) is not None:
                yield error(
                    "Value for unconfigurable attribute",
                    f'Can\'t configure a value for "{name}": its value is decided by the provider.',
                    (*place.path, name),
                )
