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
from tealform.console import Echo
from tealform.errors import TealformError, describe
from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth import environments
from tealform.synth.generated_files import FileResult, GeneratedFiles

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
        if done.errors:
            return done
        # Removing a folder would hide from Terraform what it created, so users do that.
        needed = {f"{environments.BOOTSTRAP}/{number}" for number in done.generated}
        unneeded = [account for account in environments.list_accounts(root) if account not in needed]
        for account in unneeded:
            echo(
                f"{account}: no environment needs it any more; run: tealform destroy {account}, then remove the folder"
            )
        if not done.generated and not unneeded:
            done.errors.append(_NOTHING_TO_BOOTSTRAP)
        return done

    def compare(self, root: Path, names: Sequence[str], echo: Echo) -> SynthResult:
        """Compare what the settings generate with the files on disk, and write nothing.

        Without ``names``, this includes ``bootstrap/`` if the folder exists. ``echo`` gets the differences.
        """
        return _collect(self._modules(root, names, echo), GeneratedFiles.compare, echo)

    def refresh(self, root: Path, names: Sequence[str], echo: Echo) -> SynthResult:
        """Compare like ``compare``, then write what differs, so that what is checked next is what the settings say.

        ``changed`` are the files that were out of date.
        """
        generated = self._modules(root, names, echo)
        outdated = _collect(generated, GeneratedFiles.compare, echo)
        if outdated.changed:
            outdated.errors += _collect(_Generated(generated.files), GeneratedFiles.write, echo).errors
        return outdated

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
            root, echo = Path(sys.argv[0]).resolve().parent, partial(print, flush=True)
            generated = self._environments(root, names, echo, os.environ.get("CDKTF_OUTDIR"))
            done = _collect(generated, GeneratedFiles.write, echo)
        except KeyboardInterrupt:
            print("interrupted; every file is complete, with its old or its new content", file=sys.stderr)
            sys.exit(130)
        for error in done.errors:
            print(error, file=sys.stderr)
        sys.exit(2 if done.errors else 0)

    def _modules(self, root: Path, names: Sequence[str], echo: Echo) -> _Generated:
        """Generate the environments ``names``; without names all of them, and the accounts if there is ``bootstrap/``."""
        generated = self._environments(root, names, echo)
        if not names and (root / environments.BOOTSTRAP).is_dir():
            accounts = self._accounts(root)
            generated.files.update(accounts.files)
            generated.errors.extend(each for each in accounts.errors if each not in generated.errors)
        return generated

    def _environments(self, root: Path, names: Sequence[str], echo: Echo, outdir: str | None = None) -> _Generated:
        """Generate the environments ``names``, or all. CDKTF's own output goes to ``outdir``, if that is set."""
        folder = root / "environments"
        known = loader.list_environments(folder)
        if not known:
            return _Generated(errors=[environments.NO_ENVIRONMENTS])
        loaded = _load(folder, list(dict.fromkeys(names)) or known, known)
        generated = _Generated(errors=loaded.errors)
        if loaded.valid:
            echo(f"Synthesizing {', '.join(each.name for each in loaded.valid)}")

            def synthesize(folder: Path) -> dict[str, str]:
                # Imported here, so that errors in settings are reported before the bindings are loaded.
                from tealform.synth import synthesis

                return synthesis.synthesize(loaded.valid, folder)

            texts = _synthesize(synthesize, generated.errors, outdir)
            for each in loaded.valid:
                if each.name in texts:
                    generated.files[each.name] = _environment_files(root, each, texts[each.name])
        return generated

    def _accounts(self, root: Path) -> _Generated:
        folder = root / "environments"
        if not (names := loader.list_environments(folder)):
            return _Generated(errors=[environments.NO_ENVIRONMENTS])
        loaded = _load(folder, names, names)
        generated = _Generated(errors=loaded.errors)
        # ``None`` stands for an environment that does not say its account: it could be any of them.
        broken = {loader.read_account(folder, name) for name in loaded.invalid}
        if None in broken:
            generated.errors.append("no account is generated: an environment with errors does not say its account")
            return generated
        accounts = group_by_account(loaded.valid)
        wanted = [each for each in accounts if each.needs_something and each.number not in broken]
        generated.errors.extend(
            f"account {number} is not generated: one of its environments has errors"
            for number in sorted(map(str, broken))
        )
        if wanted:

            def synthesize(folder: Path) -> dict[str, str]:
                from tealform.synth import synthesis

                return synthesis.synthesize_accounts(wanted, folder)

            for number, text in _synthesize(synthesize, generated.errors).items():
                generated.files[number] = GeneratedFiles(
                    root=root, folder=f"{environments.BOOTSTRAP}/{number}", contents={GENERATED: text.encode()}
                )
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


def _load(folder: Path, wanted: Iterable[str], known: list[str]) -> _Loaded:
    loaded = _Loaded([], [], [])
    for name in wanted:
        try:
            if name in known:
                loaded.valid.append(loader.load(folder, name))
                continue
            if (folder / name / GENERATED).is_file():
                loaded.errors.append(f"{folder.name}/{name}/{loader.FILE}: missing; restore it")
            else:
                loaded.errors.append(environments.describe_unknown(name, known))
        except SettingsError as error:
            loaded.errors.append(str(error))
        loaded.invalid.append(name)
    return loaded


def _synthesize(
    synthesize: Callable[[Path], dict[str, str]], errors: list[str], outdir: str | None = None
) -> dict[str, str]:
    """Return the generated texts, or nothing after adding to ``errors`` what went wrong."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return synthesize(Path(outdir or scratch))
    except TealformError as error:
        errors.append(str(error))
    except OSError as error:
        errors.append(f"nothing can be synthesized: {describe(error)}; run: tealform doctor")
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
