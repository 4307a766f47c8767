"""Data sources whose result can be computed without AWS: documents, and the provider's own region and account.

``aws_iam_policy_document`` is byte for byte what provider 5.100.0 rendered; the model is that of
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/policy_model.go. There is one exception:
if a statement has several blocks for the same type of principal, or for the same test and variable, the provider
orders their values by a hash of its own, and the stub by the order of Terraform's set.

``aws_ecr_lifecycle_policy_document`` is byte for byte what provider 5.100.0 rendered:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from tealform_harness.provider_stub.protocol import StubDiagnostic, Value, error
from tealform_harness.provider_stub.provider_config import ProviderConfig

_POLICY = "aws_iam_policy_document"
_VERSION = "2012-10-17"
_VERSIONS = ("2008-10-17", _VERSION)
_EFFECTS = ("Allow", "Deny")
_MERGED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_LISTS = {"Action": "actions", "NotAction": "not_actions", "Resource": "resources", "NotResource": "not_resources"}
# json.Marshal of Go escapes what could end a script in HTML.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_SELECTION = {
    "tagStatus": "tag_status",
    "tagPatternList": "tag_pattern_list",
    "tagPrefixList": "tag_prefix_list",
    "countType": "count_type",
    "countUnit": "count_unit",
    "countNumber": "count_number",
}


def check_readable(data_source: str, config: dict[str, Value]) -> list[StubDiagnostic]:
    """Return the reasons why the data source cannot be read; everything in ``config`` is known by then."""
    return list(_policy_problems(config)) if data_source == _POLICY else []


def compute(data_source: str, config: dict[str, Value], provider: ProviderConfig) -> dict[str, Value]:
    """Compute the values of the data source that do not need AWS; all others are generated."""
    match data_source:
        case "aws_iam_policy_document":
            return _policy_document(config)
        case "aws_ecr_lifecycle_policy_document":
            return _lifecycle_policy_document(config)
        case "aws_region":
            return dict.fromkeys(("id", "name", "region"), provider.region)
        case "aws_caller_identity":
            return dict.fromkeys(("id", "account_id"), provider.account)
        case _:
            return {}


def check_policy_choices(config: dict[str, Value]) -> Iterator[StubDiagnostic]:
    """Yield the invalid versions and effects in a policy document; unknown ones are skipped."""
    if isinstance(version := config.get("version"), str) and version not in _VERSIONS:
        yield error(f"expected version to be one of {_VERSIONS}, got {version}", "Versions of policies.", ("version",))
    statements = config.get("statement")
    for position, statement in enumerate(statements if isinstance(statements, list) else []):
        effect = statement.get("effect") if isinstance(statement, dict) else None
        if isinstance(effect, str) and effect not in _EFFECTS:
            summary = f"expected effect to be one of {_EFFECTS}, got {effect}"
            yield error(summary, "A statement allows or denies.", ("statement", position, "effect"))


def _policy_problems(config: dict[str, Value]) -> Iterator[StubDiagnostic]:
    """Yield what the provider refuses, once everything is known, and what the stub cannot render."""
    for name in _MERGED:
        if config.get(name):
            yield error(
                f"The stand-in does not render {name}",
                f"Merging policy documents is the provider's own art; write the statements without {name}.",
                (name,),
            )
    sids: set[str] = set()
    for position, statement in enumerate(config.get("statement") or []):
        sid = statement.get("sid")
        if sid and sid in sids:
            summary = f"Duplicate sid ({sid})"
            yield error(summary, "A sid is unique in its document.", ("statement", position, "sid"))
        sids.add(sid)
        if config.get("version") == "2008-10-17" and "&{" in json.dumps(statement):
            summary = "&{ is not supported in document version 2008-10-17"
            yield error(summary, "Policy variables came with 2012-10-17.", ("statement", position))


def _policy_document(config: dict[str, Value]) -> dict[str, Value]:
    """Render ``json``, ``minified_json``, ``id`` and ``version``."""
    version = config.get("version") or _VERSION
    document: dict[str, Any] = {"Version": version}
    if config.get("policy_id"):
        document["Id"] = config["policy_id"]
    if statements := [_statement(each) for each in config.get("statement") or []]:
        document["Statement"] = statements
    text = _escaped(json.dumps(document, indent=2, ensure_ascii=False))
    return {
        "json": text,
        "minified_json": _escaped(json.dumps(document, separators=(",", ":"), ensure_ascii=False)),
        "id": str(zlib.crc32(text.encode())),
        "version": version,
    }


def _statement(block: dict[str, Value]) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if block["sid"]:
        statement["Sid"] = block["sid"]
    statement["Effect"] = block["effect"] or "Allow"
    for key, name in _LISTS.items():
        if block[name]:
            values = sorted(block[name], reverse=True)
            statement[key] = _single(_with_variables(values) if "Resource" in key else values)
    for key, name in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if block[name]:
            statement[key] = _principals(block[name])
    if block["condition"]:
        statement["Condition"] = _conditions(block["condition"])
    return statement


def _principals(blocks: list[dict[str, Value]]) -> Any:
    principals: dict[str, Any] = {}
    for block in blocks:
        identifiers = _with_variables(sorted(block["identifiers"], reverse=True))
        principals[block["type"]] = _joined(principals.get(block["type"]), identifiers)
    return "*" if principals == {"*": "*"} else dict(sorted(principals.items()))


def _conditions(blocks: list[dict[str, Value]]) -> dict[str, Any]:
    conditions: dict[str, dict[str, Any]] = {}
    for block in blocks:
        variables = conditions.setdefault(block["test"], {})
        variables[block["variable"]] = _joined(variables.get(block["variable"]), _with_variables(block["values"]))
    return {test: dict(sorted(variables.items())) for test, variables in sorted(conditions.items())}


def _joined(before: Any, values: list[str]) -> Any:
    if before is None:
        return _single(values)
    return [*([before] if isinstance(before, str) else before), *values]


def _single(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _with_variables(values: Iterable[str]) -> list[str]:
    # `${` would be Terraform's own interpolation, so its users write `&{`.
    return [value.replace("&{", "${") for value in values]


def _escaped(text: str) -> str:
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text


def _lifecycle_policy_document(config: dict[str, Value]) -> dict[str, Value]:
    return {
        "json": json.dumps(
            {"rules": [_lifecycle_rule(each) for each in config["rule"] or []]}, indent=2, ensure_ascii=False
        )
    }


def _lifecycle_rule(block: dict[str, Value]) -> dict[str, Any]:
    rule: dict[str, Any] = {"rulePriority": block["priority"]}
    if block["description"]:
        rule["description"] = block["description"]
    for selection in block["selection"] or []:
        rule["selection"] = {key: selection[name] for key, name in _SELECTION.items() if selection.get(name)}
    actions = block["action"] or [{"type": "expire"}]
    rule["action"] = {key: value for key, value in actions[0].items() if value is not None}
    return rule
