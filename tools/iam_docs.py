"""Writes docs/permissions.md: what each role and each resource policy allows, and with which options, from the examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from tealform.policy.iam import policy_reader
from tealform.policy.iam.policy_reader import Policy, PolicyCondition, PolicyStatement, Role
from tools import iam_examples

FILE = Path("docs", "permissions.md")

_PARTS = (
    ("of an environment", iam_examples.OWN),
    ("in the tools account that an environment names in `pipelines_in`", iam_examples.TOOLS),
)

_MAY = "| statement | | actions | on | only if |"

_HEAD = """\
# Who may do what

<!-- Made from the generated Terraform of tools/iam_examples.py by `make docs`. -->

Every role and every policy of a resource that Tealform generates, and nothing else: there are no users, groups or managed
policies of its own, and no statement has `NotAction` or its like. A test makes this page anew, so a permission that is
added or widened is a change of this page, to be read by somebody.

`<project>`, `<environment>`, `<service>`, `<account>`, `<region>` and `<partition>` stand for what environment.hcl says, `<id>` and
its like for what AWS chooses. `*` is what AWS takes for a wildcard. The last column tells which option of environment.hcl
makes a row; several options joined by `+` make it together, and «always» is without any.

What each action, resource and condition is held against, and which exceptions there are and why: `modules/tealform/policy/iam/`.
"""

Options: TypeAlias = frozenset[str]
"""The options of an example, in the words of environment.hcl."""


def write(root: Path) -> Path:
    """Write the page into ``root`` and return its path."""
    file = root / FILE
    file.write_text(text(), encoding="utf-8")
    return file


def text() -> str:
    """Return the page as Markdown. Takes some seconds: it is made from generated Terraform."""
    return _named("\n".join([_HEAD, *(line for title, name in _PARTS for line in _part(title, name))]))


def _part(title: str, environment: str) -> Iterator[str]:
    found = {
        frozenset(example.options): policy_reader.read(document)
        for example, document in iam_examples.generated().items()
        if example.name == environment
    }
    roles: dict[str, dict[Options, Role]] = defaultdict(dict)
    resources: dict[str, dict[Options, Policy]] = defaultdict(dict)
    for options, permissions in found.items():
        for role in permissions.roles:
            roles[role.address][options] = role
        for policy in permissions.resources:
            resources[policy.owner][options] = policy
    yield f"## Roles {title}\n"
    for _, each in sorted(roles.items()):
        yield from _role(each, found.keys())
    yield f"## Policies of resources {title}\n"
    for _, attached in sorted(resources.items()):
        yield from _resource(attached, found.keys())


def _role(roles: Mapping[Options, Role], among: Collection[Options]) -> Iterator[str]:
    first = next(iter(roles.values()))
    yield f"### `{first.name}`\n"
    yield f"`{first.address}`, there {when(roles.keys(), among)}. Whoever takes it:\n"
    trust = {options: role.trust.statements for options, role in roles.items()}
    yield from _table("| who | only if |", trust, lambda each: [_principals(each), _conditions(each)])
    inline = {
        options: [statement for policy in role.inline for statement in policy.statements]
        for options, role in roles.items()
    }
    if any(inline.values()):
        yield "It may:\n"
        yield from _table(_MAY, inline, _may)
    else:
        yield "By itself it may do nothing.\n"
    for arn in sorted({arn for role in roles.values() for arn in role.managed}):
        present = [options for options, role in roles.items() if arn in role.managed]
        yield f"What the managed policy `{arn}` allows: {when(present, roles.keys())}.\n"


def _resource(attached: Mapping[Options, Policy], among: Collection[Options]) -> Iterator[str]:
    first = next(iter(attached.values()))
    yield f"### `{first.name}`\n"
    yield f"`{first.owner}`, its policy there {when(attached.keys(), among)}:\n"
    statements = {options: policy.statements for options, policy in attached.items()}
    yield from _table(f"| who {_MAY}", statements, lambda each: [_principals(each), *_may(each)])


def _table(
    head: str, found: Mapping[Options, Sequence[PolicyStatement]], cells: Callable[[PolicyStatement], list[str]]
) -> Iterator[str]:
    rows: dict[str, list[Options]] = {}
    for options, statements in found.items():
        for statement in statements:
            rows.setdefault(" | ".join(cells(statement)), []).append(options)
    columns = head.count("|")
    yield f"{head} when |\n{'|---' * columns}|"
    yield from (f"| {row} | {when(present, found.keys())} |" for row, present in rows.items())
    yield ""


def _may(statement: PolicyStatement) -> list[str]:
    verb = "may" if statement.effect == "Allow" else "**may not**"
    resources = statement.resources or ("itself",)
    return [statement.sid, verb, _lines(statement.actions), _lines(resources), _conditions(statement)]


def _principals(statement: PolicyStatement) -> str:
    return _lines([identifier for _, identifier in statement.principals])


def _conditions(statement: PolicyStatement) -> str:
    return "<br>".join(_condition(each) for each in statement.conditions) or "—"


def _condition(condition: PolicyCondition) -> str:
    values = " or ".join(f"`{value}`" for value in condition.values)
    return f"`{condition.variable}` {condition.test} {values}"


def _lines(values: Sequence[str]) -> str:
    return "<br>".join(f"`{value}`" for value in dict.fromkeys(values))


def _named(text: str) -> str:
    for said, meant in iam_examples.NAMES.items():
        text = text.replace(said, meant)
    return text


def when(present: Collection[Options], among: Collection[Options]) -> str:
    """Return the shortest expression for when something exists that exists with ``present`` of the options ``among``.

    It leaves out options when fewer of them suffice: what engine `ecs` creates, engine `ecs` with hooks creates too.
    """
    if set(present) == set(among):
        return "always"
    fewest = _fewest(present)
    if _reached(fewest, among) == set(present):
        return _expression("with", fewest)
    absent = set(among) - set(present)
    fewest = _fewest(absent)
    if _reached(fewest, among) == absent:
        return _expression("unless", fewest)
    return _expression("with exactly", sorted(present, key=sorted))


def _fewest(found: Collection[Options]) -> list[Options]:
    return sorted((each for each in found if not any(other < each for other in found)), key=sorted)


def _reached(fewest: Collection[Options], among: Collection[Options]) -> set[Options]:
    return {each for each in among if any(few <= each for few in fewest)}


def _expression(word: str, found: Collection[Options]) -> str:
    return f"{word} " + ", ".join(
        " + ".join(f"`{option}`" for option in sorted(each)) or "none of these" for each in found
    )
