"""What AWS would decide: identifiers, ARNs, addresses, dates. Unknown in a plan, generated at apply.

Generated values have the right form, so that references to them stay valid, and depend on nothing but the
configuration, so that two applies of the same configuration agree. Nothing exists behind them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tealform_harness.provider_stub import blocks, identifiers
from tealform_harness.provider_stub.protocol import UNKNOWN, Value
from tealform_harness.provider_stub.provider_config import ProviderConfig
from tealform_harness.provider_stub.schema.model import Block, NestedBlock, ValueType

_DATE = "2020-01-01T00:00:00Z"


def plan_state(block: Block, config: dict[str, Value], proposed: dict[str, Value], provider: ProviderConfig) -> Value:
    """Return the planned state of a resource with the configuration ``config``.

    ``proposed`` is what Terraform merged from configuration and prior state. ``region`` and ``tags_all`` come from
    the provider's configuration:
    https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs/guides, on the pages about enhanced region
    support and resource tagging.
    """
    value = dict(proposed)
    if "region" in value and config["region"] is None:
        value["region"] = provider.region
    if "tags_all" in value and config["tags_all"] is None:
        value["tags_all"] = _all_tags(value["tags"], provider)
    return _with_unknowns(block, value)


def _all_tags(tags: Value, provider: ProviderConfig) -> Value:
    if blocks.has_unknown(tags) or blocks.has_unknown(provider.default_tags):
        return UNKNOWN
    return {**provider.default_tags, **(tags or {})}


def _with_unknowns(block: Block, value: Value) -> Value:
    if not isinstance(value, dict):
        return value
    value = dict(value)
    for name, attribute in block["attributes"].items():
        if attribute.get("computed") and value.get(name) is None:
            value[name] = UNKNOWN
    for name, nested in block["block_types"].items():
        value[name] = blocks.map_blocks(nested, value.get(name), _with_unknowns)
    return value


@dataclass(frozen=True)
class ValueGenerator:
    """Generates the values of one resource or data source; ``seed`` is what they depend on."""

    terraform_type: str
    seed: str
    provider: ProviderConfig

    def fill(self, block: Block, value: dict[str, Value]) -> dict[str, Value]:
        """Return ``value`` with everything in it known."""
        filled = self._filled(block, value, "")
        # Attributes that contain the resource's name need the name first.
        name = identifiers.find_name(filled)
        for attribute, text in identifiers.derive_attributes(
            self.terraform_type, name, self._digest("id"), self.provider
        ).items():
            if value.get(attribute) == UNKNOWN:
                filled[attribute] = text
        return filled

    def _filled(self, block: Block, value: dict[str, Value], place: str) -> dict[str, Value]:
        filled = dict(value)
        for name, attribute in block["attributes"].items():
            if attribute.get("write_only"):
                filled[name] = None
            elif blocks.has_unknown(filled.get(name)):
                filled[name] = self._generate(attribute["type"], name, place)
        for name, nested in block["block_types"].items():
            if not blocks.is_opaque(nested):
                filled[name] = self._nested(nested, filled.get(name), f"{place}.{name}")
        return filled

    def _nested(self, nested: NestedBlock, value: Value, place: str) -> Value:
        if value == UNKNOWN:
            return None if nested["nesting_mode"] == "single" else []
        if isinstance(value, list):
            return [self._nested(nested, each, f"{place}.{position}") for position, each in enumerate(value)]
        return self._filled(nested["block"], value, place) if isinstance(value, dict) else value

    def _generate(self, value_type: ValueType, name: str, place: str) -> Value:
        if isinstance(value_type, list):
            kind, element = value_type
            if kind == "object" and isinstance(element, dict):
                return {key: self._generate(each, key, f"{place}.{name}") for key, each in element.items()}
            return {} if kind == "map" else []
        return {"number": 1, "bool": False, "string": self._text(name, place)}.get(value_type)

    def _text(self, name: str, place: str) -> str:
        digest = self._digest(f"{place}.{name}")
        if name in ("owner_id", "account_id", "registry_id", "hosted_zone_owner_id"):
            return self.provider.account
        if name.endswith(("_date", "_at", "_time")):
            return _DATE
        if name.endswith(("public_ip", "private_ip")):
            # Addresses for documentation (RFC 5737).
            return f"203.0.113.{int(digest[:2], 16)}"
        if name == "arn" or name.endswith("_arn"):
            return identifiers.derive_arn(self.terraform_type, digest[:12], digest, self.provider)
        prefix = identifiers.PREFIXES.get(f"aws_{name.removesuffix('_id')}") if name.endswith("_id") else None
        return f"{prefix}-{digest[:17]}" if prefix else digest[:12]

    def _digest(self, name: str) -> str:
        return hashlib.sha256(f"{self.terraform_type}.{self.seed}.{name}".encode()).hexdigest()
