"""Invents what AWS would decide: identifiers, ARNs, addresses, dates.

Invented values have the right form, so that what refers to them stays valid, and depend on nothing but the
configuration, so that two applies of the same configuration agree. Nothing exists behind them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tealform_harness.provider_stub import blocks, identifiers
from tealform_harness.provider_stub.protocol.messages import UNKNOWN, Value
from tealform_harness.provider_stub.provider_config import Settings
from tealform_harness.provider_stub.schema.model import Block, NestedBlock, ValueType

_DATE = "2020-01-01T00:00:00Z"


@dataclass(frozen=True)
class Inventor:
    """Invents the values of one resource or data source; ``seed`` is what they depend on."""

    terraform_type: str
    seed: str
    settings: Settings

    def fill(self, block: Block, value: dict[str, Value]) -> dict[str, Value]:
        """``value`` with everything in it known."""
        filled = self._filled(block, value, "")
        # What is made of the resource's name can be told only when the name is known.
        name = identifiers.name(filled)
        for attribute, text in identifiers.of(self.terraform_type, name, self._digest("id"), self.settings).items():
            if value.get(attribute) == UNKNOWN:
                filled[attribute] = text
        return filled

    def _filled(self, block: Block, value: dict[str, Value], place: str) -> dict[str, Value]:
        filled = dict(value)
        for name, attribute in block["attributes"].items():
            if attribute.get("write_only"):
                filled[name] = None
            elif blocks.has_unknown(filled.get(name)):
                filled[name] = self._invent(attribute["type"], name, place)
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

    def _invent(self, value_type: ValueType, name: str, place: str) -> Value:
        if isinstance(value_type, list):
            kind, element = value_type
            if kind == "object" and isinstance(element, dict):
                return {key: self._invent(each, key, f"{place}.{name}") for key, each in element.items()}
            return {} if kind == "map" else []
        invented = {"number": 1, "bool": False, "string": self._text(name, place)}
        return invented.get(value_type)

    def _text(self, name: str, place: str) -> str:
        digest = self._digest(f"{place}.{name}")
        if name in ("owner_id", "account_id", "registry_id", "hosted_zone_owner_id"):
            return self.settings.account
        if name.endswith(("_date", "_at", "_time")):
            return _DATE
        if name.endswith(("public_ip", "private_ip")):
            # Addresses for documentation (RFC 5737).
            return f"203.0.113.{int(digest[:2], 16)}"
        if name == "arn" or name.endswith("_arn"):
            return identifiers.arn(self.terraform_type, digest[:12], digest, self.settings)
        prefix = identifiers.PREFIXES.get(f"aws_{name.removesuffix('_id')}") if name.endswith("_id") else None
        return f"{prefix}-{digest[:17]}" if prefix else digest[:12]

    def _digest(self, name: str) -> str:
        return hashlib.sha256(f"{self.terraform_type}.{self.seed}.{name}".encode()).hexdigest()
