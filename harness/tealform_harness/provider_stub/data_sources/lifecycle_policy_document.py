"""``aws_ecr_lifecycle_policy_document``, as the provider renders it: byte for byte what 5.100.0 rendered.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import json
from typing import Any

from tealform_harness.provider_stub.protocol.messages import Value

_SELECTION = {
    "tagStatus": "tag_status",
    "tagPatternList": "tag_pattern_list",
    "tagPrefixList": "tag_prefix_list",
    "countType": "count_type",
    "countUnit": "count_unit",
    "countNumber": "count_number",
}


def result(config: dict[str, Value]) -> dict[str, Value]:
    """What the data source computes: ``json``."""
    return {"json": json.dumps({"rules": [_rule(each) for each in config["rule"] or []]}, indent=2, ensure_ascii=False)}


def _rule(block: dict[str, Value]) -> dict[str, Any]:
    rule: dict[str, Any] = {"rulePriority": block["priority"]}
    if block["description"]:
        rule["description"] = block["description"]
    for selection in block["selection"] or []:
        rule["selection"] = {key: selection[name] for key, name in _SELECTION.items() if selection.get(name)}
    actions = block["action"] or [{"type": "expire"}]
    rule["action"] = {key: value for key, value in actions[0].items() if value is not None}
    return rule
