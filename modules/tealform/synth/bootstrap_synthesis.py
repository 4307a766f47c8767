"""From accounts to their generated Terraform."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tealform.aws import App
from tealform.bootstrap.account_requirements import Account
from tealform.bootstrap.stack import AccountStack
from tealform.settings.loader import GENERATED
from tealform.synth.synthesis import canonical


def synthesize(accounts: Sequence[Account]) -> dict[str, str]:
    """The Terraform JSON of each account, by number."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(os.environ.get("CDKTF_OUTDIR") or scratch)
        app = App(outdir=str(folder))
        for account in accounts:
            AccountStack(app, account)
        app.synth()
        return {account.number: canonical(folder / "stacks" / account.number / GENERATED) for account in accounts}
