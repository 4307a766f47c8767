"""Terraform that was written by hand next to an environment's generated file."""

from __future__ import annotations

import re
from pathlib import Path

from tealform.policy import plan_for_checkov
from tealform.policy.check import Evaluation
from tealform.policy.rule import Finding, Rule
from tealform.settings.loader import GENERATED

RULE = Rule(
    "TEAL_TERRAFORM_BESIDE",
    "medium",
    "What was generated is all that Terraform gets",
    "What stands beside it is judged in plans alone, and by checkov alone: where no plan is made, as in most pull requests, it passes.",
    "Generate it too, or accept the file in waivers.hcl where a plan is made before each merge or apply.",
    "https://developer.hashicorp.com/terraform/language/files",
)

_TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
_OVERRIDES = re.compile(r"(?:.*_)?override")

_RESOURCE = re.compile(r'^[ \t]*(?:resource|(data))[ \t]+"([\w-]+)"[ \t]+"([\w-]+)"', re.MULTILINE)
_MODULE = re.compile(r'^[ \t]*module[ \t]+"([\w-]+)"', re.MULTILINE)


def evaluate(folder: Path) -> Evaluation:
    """Report each file for Terraform next to the generated one in ``folder``; a finding's address is the file's name."""
    shown = f"{folder.parent.name}/{folder.name}"
    return Evaluation(
        judged=[(RULE.id, GENERATED), *((RULE.id, name) for name in _files(folder))],
        findings=[
            Finding(RULE.id, RULE.title, name, guideline=RULE.link, message=f"{shown}/{name}:1: {_said(name)}")
            for name in _files(folder)
        ],
    )


def _said(name: str) -> str:
    changes = "changes what was generated, and " if _OVERRIDES.fullmatch(name.partition(".")[0]) else ""
    return f"{changes}is judged in plans alone"


def _files(folder: Path) -> list[str]:
    """Return the files' names; Terraform skips hidden files and those that editors leave."""
    names = (file.name for file in folder.iterdir() if file.name.endswith(_TERRAFORM) and file.name != GENERATED)
    return sorted(name for name in names if not name.startswith((".", "#")))


def declares(folder: Path, address: str) -> bool:
    """Return whether ``*.tf`` files in ``folder`` declare ``address``, or call the module that contains it.

    Declarations in comments count too, and the content of the called module is not looked up.
    """
    own = plan_for_checkov.without_instance_key(address)
    return any(own in found or own.startswith(called) for found, called in map(_declared, folder.glob("*.tf")))


def _declared(file: Path) -> tuple[set[str], tuple[str, ...]]:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    resources = {f"{'data.' if data else ''}{kind}.{name}" for data, kind, name in _RESOURCE.findall(text)}
    return resources, tuple(f"module.{name}{end}" for name in _MODULE.findall(text) for end in (".", "["))
