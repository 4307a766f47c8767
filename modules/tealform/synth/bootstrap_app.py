"""From the environments of a project to the Terraform that their accounts need before them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from tealform.bootstrap import account_requirements
from tealform.bootstrap.account_requirements import Account
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import GENERATED, LoadedEnvironment

FOLDER = "bootstrap"
"""Where in the project it is, in a folder for each account."""

_NOTHING = """\
no environment asks for anything that an account would need first; write into environments/common.hcl or into an environment:
  state "s3" {}                            a bucket for state, with a key of its own
  automation "github" { repository = … }   roles for workflows of GitHub
  automation "hcp_terraform" {}            roles for runs of HCP Terraform, beside state "cloud" { … }"""


def run(root: Path) -> int:
    """Generates ``bootstrap/<account>/cdk.tf.json`` in the project ``root`` for each account that needs something.

    Returns 0 when all went well, 2 when not. Every mistake in an environment is reported, and nothing is written for its account.
    """
    environments = root / "environments"
    names = loader.list_environments(environments)
    if not names:
        _complain(f"there are no environments; write {environments.name}/<name>/{loader.FILE}")
        return 2
    valid, spoilt, sound = _load(environments, names)
    wanted = [
        account
        for account in account_requirements.of(valid)
        if account.needs_something and account.number not in spoilt
    ]
    if sound and not wanted:
        _complain(_NOTHING)
    for number in sorted(spoilt, key=str):
        _complain(f"nothing is written for account {number}" if number else "nothing is written: which account is it?")
    wanted = [] if None in spoilt else wanted
    written = [account.number for account in _write(wanted, root)]
    _tell_of_leftovers(root, written, valid if sound else None)
    for number in written:
        print(f"Next: make plan ENV={FOLDER}/{number}, then make apply ENV={FOLDER}/{number}")
    return 0 if sound and wanted and len(written) == len(wanted) else 2


def _load(environments: Path, names: Iterable[str]) -> tuple[list[LoadedEnvironment], set[str | None], bool]:
    """The valid environments, the accounts of the others (``None`` for one that does not say), and whether there is no other."""
    valid: list[LoadedEnvironment] = []
    spoilt: set[str | None] = set()
    for name in names:
        try:
            valid.append(loader.load(environments, name))
        except SettingsError as error:
            _complain(str(error))
            spoilt.add(loader.read_account(environments, name))
    return valid, spoilt, not spoilt


def _write(wanted: list[Account], root: Path) -> list[Account]:
    """The accounts whose file is in place."""
    if not wanted:
        return []
    # Here, so that mistakes in settings are told before the bindings are loaded.
    from tealform.synth.bootstrap_synthesis import synthesize

    try:
        texts = synthesize(wanted)
    except OSError as error:
        _complain(f"{error.filename}: cannot be written: {error.strerror}")
        return []
    return [account for account in wanted if _land(texts[account.number], root / FOLDER / account.number, root)]


def _land(text: str, folder: Path, root: Path) -> bool:
    from tealform.synth.atomic_write import land

    file = folder / GENERATED
    shown = file.relative_to(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{shown}: {'written' if land(text.encode(), file) else 'unchanged'}")
    except OSError as error:
        _complain(f"{shown}: cannot be written: {error.strerror}; it is as it was")
        return False
    return True


def _tell_of_leftovers(root: Path, written: list[str], valid: list[LoadedEnvironment] | None) -> None:
    """What was generated for an account that needs nothing any more is not taken away: Terraform would forget what it made."""
    if valid is None:
        return
    for file in sorted((root / FOLDER).glob(f"*/{GENERATED}")):
        if (number := file.parent.name) not in written:
            _complain(
                f"{FOLDER}/{number}: no environment needs it any more; make destroy ENV={FOLDER}/{number}, then remove the folder"
            )


def _complain(message: str) -> None:
    print(message, file=sys.stderr)
