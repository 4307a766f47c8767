"""A plan in the form in which checkov judges it like the configuration that it was made from.

A plan has every attribute of what exists already, also those that nobody set. checkov 3.3.30 takes them for set: a bucket
passes "has access logging" because AWS's answer says ``logging: []``, and a security group fails for a rule that is a
resource of its own, with a waiver of its own. So this module leaves out what was not configured, and everything is judged
the same before its first apply and ever after. Blocks stay: Terraform does not distinguish those that a ``dynamic`` block
makes from those in AWS's answer.

Inside of blocks ``null`` means "not set", where checkov sees a value, and as an element of a list "known after apply".
https://developer.hashicorp.com/terraform/internals/json-format#values-representation

The configuration has policies as documents, a plan has the text that they become. checkov has two checks for each possible
mistake in a policy: one for the document (``data.aws_iam_policy_document``), one for the text in the resource that has the
policy. Which of them belong together was found out by their names and by scans of both; see ``checkov --list``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.errors import TealformError

_KNOWN_LATER = "(known after apply)"
_KEY = r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'
_CALL = re.compile(rf"module\.([^.\[]+)(?:{_KEY})?$")
_INSTANCE = re.compile(rf"{_KEY}$")
_DOCUMENT = re.compile(r"data\.aws_iam_policy_document\.[\w-]+")

# What is a resource of its own, and which attribute of which other resource AWS's answer repeats it in.
_REPEATED = {
    ("aws_security_group", "ingress"): {"aws_vpc_security_group_ingress_rule", "aws_security_group_rule"},
    ("aws_security_group", "egress"): {"aws_vpc_security_group_egress_rule", "aws_security_group_rule"},
    ("aws_iam_role", "inline_policy"): {"aws_iam_role_policy"},
}

# The checks of a policy's text, by the check of its document that looks for the same.
_TEXT_CHECKS = {
    "CKV_AWS_1": ("CKV_AWS_62",),
    "CKV_AWS_49": ("CKV_AWS_63",),
    "CKV_AWS_107": ("CKV_AWS_287",),
    "CKV_AWS_108": ("CKV_AWS_288",),
    "CKV_AWS_109": ("CKV_AWS_289",),
    "CKV_AWS_110": ("CKV_AWS_286",),
    "CKV_AWS_111": ("CKV_AWS_290",),
    "CKV_AWS_283": ("CKV_AWS_60", "CKV_AWS_70"),
    "CKV_AWS_356": ("CKV_AWS_355",),
    "CKV2_AWS_40": ("CKV2_AWS_40",),
}
_OTHER_TEXT_CHECKS = {"CKV_AWS_61", "CKV_AWS_334", "CKV_AWS_335"}

ONLY_PLANNED = frozenset(_OTHER_TEXT_CHECKS.union(*_TEXT_CHECKS.values()) - {*_TEXT_CHECKS})
"""Checks that find something in the text that a plan has, and nothing in what was generated."""


@dataclass(frozen=True)
class Scannable:
    """A plan for checkov, the number of its managed resources, and the policy documents that each resource refers to.

    ``documents`` has for the address of a resource, without the key of an instance, addresses like
    ``data.aws_iam_policy_document.trust``, in the same module. ``unknown`` are resources whose policy is known only
    after the apply, and has no document that could be judged before.
    """

    plan: dict[str, Any]
    resources: int
    documents: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...] = ()


def from_plan(plan: Mapping[str, Any]) -> Scannable:
    """Return what will exist once the plan has been applied, without what it destroys or forgets.

    Raises ``TealformError`` for a document that is no plan, and for a plan that Terraform could not complete.
    """
    if "planned_values" not in plan or "terraform_version" not in plan:
        raise TealformError("it is not a plan as terraform show -json tells it")
    if plan.get("errored"):
        raise TealformError("Terraform could not make it to its end")
    configuration = plan.get("configuration", {}).get("root_module", {})
    forgotten = {
        each["address"] for each in plan.get("resource_changes", []) if each["change"]["actions"] == ["forget"]
    }
    values = _module(plan["planned_values"].get("root_module", {}), configuration, forgotten)
    resources = list(_resources(values, configuration))
    return Scannable(
        plan={
            "format_version": plan.get("format_version"),
            "terraform_version": plan["terraform_version"],
            "planned_values": {"root_module": values},
            "configuration": plan.get("configuration", {}),
        },
        resources=sum(resource["mode"] == "managed" for resource, _ in resources),
        documents={
            without_instance_key(resource["address"]): _documents(resource, conf) for resource, conf in resources
        },
        unknown=tuple(sorted(resource["address"] for resource, conf in resources if _is_unknown(resource, conf))),
    )


def without_instance_key(address: str) -> str:
    """Return an address without the key of an instance: ``aws_vpc.main`` for ``aws_vpc.main["a"]``."""
    return _INSTANCE.sub("", address)


def _resources(
    values: Mapping[str, Any], configuration: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every resource of a module and of those that it calls, each with its configuration."""
    for resource in values.get("resources", []):
        yield resource, _conf(resource, configuration)
    for child in values.get("child_modules", []):
        yield from _resources(child, _called(child, configuration))


def _module(values: Mapping[str, Any], configuration: Mapping[str, Any], forgotten: set[str]) -> dict[str, Any]:
    resources = [
        _resource(each, configuration) for each in values.get("resources", []) if each["address"] not in forgotten
    ]
    children = [_module(each, _called(each, configuration), forgotten) for each in values.get("child_modules", [])]
    address = {"address": values["address"]} if "address" in values else {}
    return {**address, "resources": resources, "child_modules": children}


def _called(child: Mapping[str, Any], configuration: Mapping[str, Any]) -> Mapping[str, Any]:
    name = _CALL.search(child["address"])
    called: Mapping[str, Any] = configuration.get("module_calls", {}).get(name and name[1], {}).get("module", {})
    return called


def _resource(resource: dict[str, Any], configuration: Mapping[str, Any]) -> dict[str, Any]:
    configured = _conf(resource, configuration).get("expressions", {})
    values = {
        name: _inside(value)
        for name, value in resource.get("values", {}).items()
        if name in configured or (_is_block(value) and not _is_repeated(resource, name, configuration))
    }
    return {**resource, "values": values}


def _conf(resource: Mapping[str, Any], configuration: Mapping[str, Any]) -> dict[str, Any]:
    key = ("mode", "type", "name")
    same = (
        each for each in configuration.get("resources", []) if all(each.get(part) == resource.get(part) for part in key)
    )
    return next(same, {})


def _is_block(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _is_repeated(resource: Mapping[str, Any], name: str, configuration: Mapping[str, Any]) -> bool:
    """Whether the attribute repeats resources of the same module that refer to this one."""
    kinds = _REPEATED.get((resource["type"], name), set())
    address = f"{resource['type']}.{resource['name']}"
    return any(
        address in expression.get("references", [])
        for each in configuration.get("resources", [])
        if each["type"] in kinds
        for expression in each.get("expressions", {}).values()
        if isinstance(expression, dict)
    )


def _inside(value: Any) -> Any:
    """The value without what is not set inside of its blocks; the top level is left to checkov's own look-up."""
    return [_set(each) if isinstance(each, dict) else each for each in value] if isinstance(value, list) else value


def _set(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _set(each) for key, each in value.items() if each is not None and each != []}
    if isinstance(value, list):
        return [_KNOWN_LATER if each is None else _set(each) for each in value]
    return value


def _documents(resource: Mapping[str, Any], conf: Mapping[str, Any]) -> tuple[str, ...]:
    expressions = [each for each in conf.get("expressions", {}).values() if isinstance(each, dict)]
    references = {reference for each in expressions for reference in each.get("references", [])}
    within = resource["address"].rpartition(conf["address"])[0] if conf else ""
    return tuple(sorted(f"{within}{each}" for each in references if _DOCUMENT.fullmatch(each)))


def _is_unknown(resource: Mapping[str, Any], conf: Mapping[str, Any]) -> bool:
    # What is known after apply is left out of the values.
    later = conf.get("expressions", {}).keys() - resource["values"].keys()
    return any(name.endswith("policy") for name in later) and not _documents(resource, conf)


def checks_of_document(check: str) -> frozenset[str]:
    """Return the checks of a policy document that look for the same as ``check`` does in the policy's text."""
    return frozenset(document for document, texts in _TEXT_CHECKS.items() if check in texts)
