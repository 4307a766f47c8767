"""Writes docs/policy-rules.md, the page of our own rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tealform.policy import rule_catalog
from tealform.policy.rule import SEVERITIES, Rule

FILE = Path("docs", "policy-rules.md")

_HEAD = """\
# The rules of the policy gate

<!-- Made from modules/tealform/policy by `make docs`; a change there belongs there. -->

Tealform's own rules. checkov's built-in checks are asked as well; what is said of those that concern what Tealform generates is
in `modules/tealform/policy/builtin.yaml`. How the gate works, and how a finding is accepted: [policy.md](policy.md).

`TEAL_…` rules are about what a release needs and what nobody else asks, one per file in `modules/tealform/policy/rules/`, or in
`modules/tealform/policy/checks/` where checkov itself can see it. `IAM_…` rules hold every policy against what AWS says there is
(`modules/tealform/policy/iam/`). `<name>` is a service's.
"""


def write(root: Path) -> Path:
    """Write the page into ``root`` and return its path."""
    file = root / FILE
    file.write_text(text(), encoding="utf-8")
    return file


def text() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *(line for severity in SEVERITIES for line in _section(severity)), ""])


def _section(severity: str) -> Iterator[str]:
    found = [rule for rule in rule_catalog.list_own_rules() if rule.severity == severity]
    if found:
        yield f"## {severity.capitalize()}\n"
        yield "| rule | what must hold | otherwise | to mend it |\n|---|---|---|---|"
        yield from map(_row, found)
        yield ""


def _row(rule: Rule) -> str:
    setting = f" Setting: `{rule.setting}`." if rule.setting else ""
    cells = (
        f"[`{rule.id}`]({rule.link})",
        _sentence(rule.title),
        _sentence(rule.why),
        f"{_sentence(rule.fix)}{setting}",
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
