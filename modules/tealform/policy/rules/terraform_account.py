"""An apply with somebody else's credentials ends before it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, items
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_ACCOUNT = re.compile(r"\d{12}")


def _judge(resource: Resource, environment: Environment) -> Iterator[str]:
    if resource.mode == "root":
        if not environment.resources("provider.aws"):
            yield "has no provider.aws"
        return
    accounts = items(resource.body.get("allowed_account_ids"))
    if len(accounts) != 1:
        yield f"allowed_account_ids names {len(accounts) or 'no'} accounts, where one is meant"
    yield from (f"{each} is no account of 12 digits" for each in accounts if not _ACCOUNT.fullmatch(str(each)))


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_ACCOUNT",
        severity="high",
        title="The provider takes one account alone",
        why="With the wrong credentials in the shell, dev is built into production's account, or production is destroyed from dev's",
        fix="Set account, and let the provider's allowed_account_ids hold it alone",
        link="https://registry.terraform.io/providers/hashicorp/aws/latest/docs",
        setting="account",
    ),
    types=("provider.aws", "root"),
    judge=_judge,
)
