"""What the stand-in plans: what is not set and the provider decides is known after apply."""

from __future__ import annotations

from tealform_harness.provider_stub import blocks
from tealform_harness.provider_stub.protocol.messages import UNKNOWN, Value
from tealform_harness.provider_stub.provider_config import Settings
from tealform_harness.provider_stub.schema.model import Block


def planned(block: Block, config: dict[str, Value], proposed: dict[str, Value], settings: Settings) -> Value:
    """The planned state of a resource that ``config`` asks for.

    ``proposed`` is Terraform's own merger of configuration and prior state. ``region`` and ``tags_all`` become what
    the provider makes of its configuration:
    https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs/guides, on the pages about enhanced region
    support and resource tagging.
    """
    value = dict(proposed)
    if "region" in value and config["region"] is None:
        value["region"] = settings.region
    if "tags_all" in value and config["tags_all"] is None:
        value["tags_all"] = _all_tags(value["tags"], settings)
    return _with_unknowns(block, value)


def _all_tags(tags: Value, settings: Settings) -> Value:
    if blocks.has_unknown(tags) or blocks.has_unknown(settings.default_tags):
        return UNKNOWN
    return {**settings.default_tags, **(tags or {})}


def _with_unknowns(block: Block, value: Value) -> Value:
    if not isinstance(value, dict):
        return value
    value = dict(value)
    for name, attribute in block["attributes"].items():
        if attribute.get("computed") and value.get(name) is None:
            value[name] = UNKNOWN
    for name, nested in block["block_types"].items():
        value[name] = blocks.in_each(nested, value.get(name), _with_unknowns)
    return value
