"""The CDKTF app of a repository: from its settings to the generated Terraform of environments and accounts."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn

from tealform.bootstrap.account_requirements import group_by_account
from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth.generated_files import FileResult, GeneratedFiles

BOOTSTRAP_FOLDER = "bootstrap"
"""The folder of a repository with a folder for each account."""

Echo = Callable[[str], None]

_NOTHING_TO_BOOTSTRAP = """\
no environment needs anything in its account first; write into environments/common.hcl or into an environment:
  state "s3" {}                            a bucket for state, with a KMS key
  automation "github" { repository = … }   roles for workflows of GitHub
  automation "hcp_terraform" {}            roles for runs of HCP Terraform, together with state "cloud" { … }"""


@dataclass
class SynthResult:
    """What synthesis did: the files that it ``changed``, or would change, and every error.

    ``generated`` are the names of the environments or accounts that were generated.
    """

    generated: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class App:
    """The app that ``main.py`` of a repository defines; the commands load it from there.

    Creating one reads and writes nothing. Each folder of ``environments/`` becomes one stack.
    """

    def synth(self, root: Path, names: Sequence[str], echo: Echo) -> SynthResult:
        """Generate the environments ``names`` of the repository ``root``, or all, and write what has changed.

        ``echo`` gets a line before the synthesis and for each file. An environment with errors does not stop the others;
        its files keep their content.
        """
        return _collect(self._environments(root, names, echo), GeneratedFiles.write, echo)

    def bootstrap(self, root: Path, echo: Echo) -> SynthResult:
        """Generate ``bootstrap/<account>/`` of the repository ``root`` for each account that needs something.

        Nothing is written for an account while one of its environments has errors.
        """
        done = _collect(self._accounts(root), GeneratedFiles.write, echo)
        if not done.errors and not done.generated:
            done.errors.append(_NOTHING_TO_BOOTSTRAP)
        if not done.errors:
            for folder in _list_unneeded_accounts(root, done.generated):
                echo(
                    f"{folder}: no environment needs it any more; run: tealform destroy {folder}, then remove the folder"
                )
        return done

    def compare(self, root: Path, names: Sequence[str], echo: Echo) -> SynthResult:
        """Compare what the settings generate with the files on disk, and write nothing.

        Without ``names``, this includes ``bootstrap/`` if the folder exists. ``echo`` gets the differences.
        """
        generated = self._environments(root, names, echo)
        if not names and (root / BOOTSTRAP_FOLDER).is_dir():
            accounts = self._accounts(root)
            generated.files.update(accounts.files)
            generated.errors.extend(each for each in accounts.errors if each not in generated.errors)
        return _collect(generated, GeneratedFiles.compare, echo)

    def run(self) -> NoReturn:
        """Generate the environments that the command line names, or all, next to the running ``main.py``, and exit.

        ``cdktf synth`` starts ``main.py`` this way and expects CDKTF's own output in ``CDKTF_OUTDIR``. Exits with code 0,
        with 2 after errors, and with 130 when interrupted.
        """
        names = sys.argv[1:]
        if any(name.startswith("-") for name in names):
            print("main.py accepts only names of environments; run: tealform synth --help", file=sys.stderr)
            sys.exit(2)
        try:
            done = self.synth(Path(sys.argv[0]).resolve().parent, names, partial(print, flush=True))
        except KeyboardInterrupt:
            print("interrupted; every file is complete, with its old or its new content", file=sys.stderr)
            sys.exit(130)
        for error in done.errors:
            print(error, file=sys.stderr)
        sys.exit(2 if done.errors else 0)

    def _environments(self, root: Path, names: Sequence[str], echo: Echo) -> _Generated:
        environments = root / "environments"
        known = loader.list_environments(environments)
        if not known:
            return _Generated(errors=[_no_environments(environments)])
        loaded = _load(environments, list(dict.fromkeys(names)) or known, known)
        generated = _Generated(errors=loaded.errors)
        if loaded.valid:
            echo(f"Synthesizing {', '.join(each.name for each in loaded.valid)}")

            def synthesize(folder: Path) -> dict[str, str]:
                # Imported here, so that errors in settings are reported before the bindings are loaded.
                from tealform.synth import synthesis

                return synthesis.synthesize(loaded.valid, folder)

            texts = _synthesize(synthesize, generated.errors)
            for each in loaded.valid:
                if each.name in texts:
                    generated.files[each.name] = _environment_files(root, each, texts[each.name])
        return generated

    def _accounts(self, root: Path) -> _Generated:
        environments = root / "environments"
        if not (names := loader.list_environments(environments)):
            return _Generated(errors=[_no_environments(environments)])
        loaded = _load(environments, names, names)
        generated = _Generated(errors=loaded.errors)
        # ``None`` stands for an environment that does not say its account: it could be any of them.
        broken = {loader.read_account(environments, name) for name in loaded.invalid}
        if None in broken:
            generated.errors.append("nothing is written: an environment with errors does not say its account")
            return generated
        accounts = group_by_account(loaded.valid)
        wanted = [each for each in accounts if each.needs_something and each.number not in broken]
        generated.errors.extend(f"nothing is written for account {number}" for number in sorted(map(str, broken)))
        if wanted:

            def synthesize(folder: Path) -> dict[str, str]:
                from tealform.synth import synthesis

                return synthesis.synthesize_accounts(wanted, folder)

            for number, text in _synthesize(synthesize, generated.errors).items():
                folder = f"{BOOTSTRAP_FOLDER}/{number}"
                generated.files[number] = GeneratedFiles(root=root, folder=folder, contents={GENERATED: text.encode()})
        return generated


@dataclass(frozen=True)
class _Generated:
    """The files of each environment or account, by name, and the errors of the others."""

    files: dict[str, GeneratedFiles] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Loaded:
    valid: list[LoadedEnvironment]
    invalid: list[str]
    errors: list[str]


def _load(environments: Path, wanted: Iterable[str], known: list[str]) -> _Loaded:
    loaded = _Loaded([], [], [])
    for name in wanted:
        try:
            if name in known:
                loaded.valid.append(loader.load(environments, name))
                continue
            there_are = ", ".join(known)
            loaded.errors.append(f"{environments.name}/{name}/{loader.FILE} does not exist; there are {there_are}")
        except SettingsError as error:
            loaded.errors.append(str(error))
        loaded.invalid.append(name)
    return loaded


def _synthesize(synthesize: Callable[[Path], dict[str, str]], errors: list[str]) -> dict[str, str]:
    """Return the generated texts, or nothing after adding to ``errors`` a file that cannot be written."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return synthesize(Path(os.environ.get("CDKTF_OUTDIR") or scratch))
        except TealformError as error:
            errors.append(str(error))
            return {}
        except OSError as error:
            errors.append(f"{error.filename}: cannot be written: {error.strerror}")
            return {}


def _environment_files(root: Path, settings: LoadedEnvironment, text: str) -> GeneratedFiles:
    """Return the files of an environment; the Terraform comes last, because it names the other files."""
    from tealform.service import lambda_packages

    needed = lambda_packages.list_packages(settings.environment)
    contents = {package.archive: package.content for package in needed} | {GENERATED: text.encode()}
    obsolete = tuple(package.archive for package in lambda_packages.ALL if package not in needed)
    return GeneratedFiles(root=root, folder=f"environments/{settings.name}", contents=contents, obsolete=obsolete)


def _collect(
    generated: _Generated, process: Callable[[GeneratedFiles], Iterator[FileResult]], echo: Echo
) -> SynthResult:
    """Return what ``process`` does to all files. One that fails does not stop those of other environments."""
    result = SynthResult(errors=generated.errors)
    for name, files in generated.files.items():
        try:
            for done in process(files):
                for line in done.lines:
                    echo(line)
                if done.is_changed:
                    result.changed.append(done.file)
            result.generated.append(name)
        except TealformError as error:
            result.errors.append(str(error))
    return result


def _list_unneeded_accounts(root: Path, needed: Iterable[str]) -> list[str]:
    """List folders that no environment needs. Removing one would hide from Terraform what it created, so users do that."""
    folders = {file.parent for file in (root / BOOTSTRAP_FOLDER).glob(f"*/{GENERATED}")}
    return sorted(f"{BOOTSTRAP_FOLDER}/{folder.name}" for folder in folders if folder.name not in needed)


def _no_environments(environments: Path) -> str:
    return f"there are no environments; write {environments.name}/<name>/{loader.FILE}"
