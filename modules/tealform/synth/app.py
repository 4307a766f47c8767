"""From the folders of a project to the generated Terraform: of its environments, and of what their accounts need first."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tealform.bootstrap.account_requirements import Account, group_by_account
from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth.atomic_write import write_atomic

BOOTSTRAP_FOLDER = "bootstrap"
"""The folder of a project with a folder for each account."""

_NOTHING = """\
no environment asks for anything that an account would need first; write into environments/common.hcl or into an environment:
  state "s3" {}                            a bucket for state, with a key of its own
  automation "github" { repository = … }   roles for workflows of GitHub
  automation "hcp_terraform" {}            roles for runs of HCP Terraform, beside state "cloud" { … }"""


def run(arguments: list[str], root: Path) -> int:
    """Generate ``environments/<name>/cdk.tf.json`` in ``root`` for the environments in ``arguments``, or for all.

    Returns 0 on success and 2 on failure. A broken environment is reported and does not stop the others.
    """
    environments = root / "environments"
    known = loader.list_environments(environments)
    wanted = list(dict.fromkeys(arguments)) or known
    if not wanted:
        return _report_no_environments(environments)
    valid, _ = _load(environments, wanted, known)
    if not valid:
        return 2
    print(f"Synthesizing {', '.join(settings.name for settings in valid)}", flush=True)

    def synthesize(folder: Path) -> dict[str, str]:
        # Imported here, so that errors in settings are reported before the bindings are loaded.
        from tealform.synth import synthesis

        return synthesis.synthesize(valid, folder)

    texts = _synthesize(synthesize)
    written = sum(_write_environment(texts[each.name], each, environments) for each in valid if each.name in texts)
    return 0 if written == len(wanted) else 2


def run_bootstrap(root: Path) -> int:
    """Generate ``bootstrap/<account>/cdk.tf.json`` in the project ``root`` for each account that needs something.

    Returns 0 on success and 2 on failure. Every error in an environment is reported, and nothing is written for its account.
    """
    environments = root / "environments"
    names = loader.list_environments(environments)
    if not names:
        return _report_no_environments(environments)
    valid, invalid = _load(environments, names, names)
    # ``None`` stands for an environment that does not say its account: it could be any of them.
    broken = {loader.read_account(environments, name) for name in invalid}
    wanted = [
        account for account in group_by_account(valid) if account.needs_something and account.number not in broken
    ]
    if not broken and not wanted:
        _report(_NOTHING)
    for number in sorted(broken, key=str):
        _report(f"nothing is written for account {number}" if number else "nothing is written: which account is it?")
    wanted = [] if None in broken else wanted
    written = _write_accounts(wanted, root)
    if not broken:
        _report_unneeded_accounts(root, written)
    for number in written:
        print(f"Next: make plan ENV={BOOTSTRAP_FOLDER}/{number}, then make apply ENV={BOOTSTRAP_FOLDER}/{number}")
    return 0 if not broken and wanted and len(written) == len(wanted) else 2


def _load(environments: Path, wanted: Iterable[str], known: list[str]) -> tuple[list[LoadedEnvironment], list[str]]:
    """Return the valid environments and the names of the others, after reporting their errors."""
    valid: list[LoadedEnvironment] = []
    invalid: list[str] = []
    for name in wanted:
        try:
            if name in known:
                valid.append(loader.load(environments, name))
                continue
            there_are = ", ".join(known) or "none"
            _report(f"{environments.name}/{name}/{loader.FILE} does not exist; there are {there_are}")
        except SettingsError as error:
            _report(str(error))
        invalid.append(name)
    return valid, invalid


def _synthesize(synthesize: Callable[[Path], dict[str, str]]) -> dict[str, str]:
    """Return the generated texts, or nothing after reporting a file that cannot be written."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return synthesize(Path(os.environ.get("CDKTF_OUTDIR") or scratch))
        except TealformError as error:
            _report(str(error))
            return {}
        except OSError as error:
            _report(f"{error.filename}: cannot be written: {error.strerror}")
            return {}


def _write_environment(text: str, settings: LoadedEnvironment, environments: Path) -> bool:
    """Return whether everything is in place; the Terraform comes last, because it names the other files."""
    from tealform.service import lambda_packages

    folder, needed = environments / settings.name, lambda_packages.list_packages(settings.environment)
    contents = {program.archive: program.content for program in needed} | {GENERATED: text.encode()}
    if not all(_write(content, folder / name, environments.parent) for name, content in contents.items()):
        return False
    return all(
        _remove(folder / program.archive, environments.parent)
        for program in lambda_packages.ALL
        if program not in needed
    )


def _write_accounts(wanted: list[Account], root: Path) -> list[str]:
    """Return the numbers of the accounts whose file is in place."""
    if not wanted:
        return []

    def synthesize(folder: Path) -> dict[str, str]:
        from tealform.synth import synthesis

        return synthesis.synthesize_accounts(wanted, folder)

    texts = _synthesize(synthesize)
    return [
        number
        for number, text in texts.items()
        if _write(text.encode(), root / BOOTSTRAP_FOLDER / number / GENERATED, root)
    ]


def _report_unneeded_accounts(root: Path, written: list[str]) -> None:
    """Terraform would forget what it made if a file that is no longer needed were removed, so the user removes it."""
    for file in sorted((root / BOOTSTRAP_FOLDER).glob(f"*/{GENERATED}")):
        if file.parent.name not in written:
            folder = f"{BOOTSTRAP_FOLDER}/{file.parent.name}"
            _report(f"{folder}: no environment needs it any more; make destroy ENV={folder}, then remove the folder")


def _write(content: bytes, file: Path, root: Path) -> bool:
    shown = file.relative_to(root)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        print(f"{shown}: {'written' if write_atomic(content, file) else 'unchanged'}")
    except OSError as error:
        _report(f"{shown}: cannot be written: {error.strerror}; it is as it was")
        return False
    return True


def _remove(file: Path, root: Path) -> bool:
    """Return whether a file that is no longer named is gone."""
    shown = file.relative_to(root)
    try:
        file.unlink()
        print(f"{shown}: removed")
    except FileNotFoundError:
        return True
    except OSError as error:
        _report(f"{shown}: cannot be removed: {error.strerror}")
        return False
    return True


def _report_no_environments(environments: Path) -> int:
    _report(f"there are no environments; write {environments.name}/<name>/{loader.FILE}")
    return 2


def _report(message: str) -> None:
    print(message, file=sys.stderr)
