"""From valid settings to the generated Terraform of environments and accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from tealform.aws import App
from tealform.bootstrap.account_requirements import Account
from tealform.bootstrap.stack import AccountStack
from tealform.service import lambda_packages
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth.stack import EnvironmentStack


def synthesize(environments: Sequence[LoadedEnvironment], folder: Path) -> dict[str, str]:
    """Return the Terraform JSON of each environment, by name. ``folder`` receives CDKTF's own output."""
    app = App(outdir=str(folder))
    for settings in environments:
        EnvironmentStack(app, settings)
    app.synth()
    for settings in environments:
        for program in lambda_packages.list_packages(settings.environment):
            (folder / "stacks" / settings.name / program.archive).write_bytes(program.content)
    return _read_stacks(folder, [settings.name for settings in environments])


def synthesize_accounts(accounts: Sequence[Account], folder: Path) -> dict[str, str]:
    """Return the Terraform JSON of each account, by number. ``folder`` receives CDKTF's own output."""
    app = App(outdir=str(folder))
    for account in accounts:
        AccountStack(app, account)
    app.synth()
    return _read_stacks(folder, [account.number for account in accounts])


def _read_stacks(folder: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: format_json((folder / "stacks" / name / GENERATED).read_text(encoding="utf-8")) for name in names}


def format_json(text: str) -> str:
    """Return the same text for the same content: sorted keys, two spaces, a line break at the end."""
    return json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
