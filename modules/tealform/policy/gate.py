"""Decides whether environments may be released: every finding must be mended or waived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from tealform.errors import TealformError
from tealform.policy import check_aliases, committed_cache, handwritten_terraform, scanner, waivers
from tealform.policy.finding import Finding
from tealform.policy.finding_location import Teller
from tealform.policy.reports import terminal
from tealform.policy.reports.formats import FORMS
from tealform.policy.result import Verdict
from tealform.policy.scanner import ARTIFACTS, Scanned
from tealform.policy.waivers import Waiver
from tealform.settings import error_messages
from tealform.settings.errors import Problem
from tealform.settings.loader import GENERATED
from tealform.settings.types import Name
from tealform.synth import environments
from tealform.synth.atomic_write import write_atomic

_NAME = TypeAdapter[str](Name)

Say = Callable[[str], None]


def _print(line: str) -> None:
    print(line, flush=True)


def check(
    root: Path,
    names: Collection[str],
    today: date | None = None,
    say: Say = _print,
    reports: Mapping[str, Path] = MappingProxyType({}),
) -> int:
    """Judges, and says the outcome line by line; returns the verdicts' worst exit code.

    ``reports`` has for the name of a form (see ``modules/tealform/policy/reports``) the file that it is written to. A file that
    is there already is gone if nothing can be judged, so that nobody takes it for what is said now. Raises what
    ``judge`` does, and ``TealformError`` for a file that is none.
    """
    for file in reports.values():
        _clear(file)
    verdicts = judge(root, names, today, say)
    for line in terminal.lines(verdicts):
        say(line)
    for form, file in reports.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(FORMS[form](verdicts).encode(), file)
    return exit_code(verdicts)


def _clear(file: Path) -> None:
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise TealformError(f"{file} is no ordinary file, and would be replaced by the report; name another one")
    file.unlink(missing_ok=True)


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """The worst of the verdicts' exit codes."""
    return max(verdict.exit_code for verdict in verdicts)


def judge(root: Path, names: Collection[str] = (), today: date | None = None, say: Say = _print) -> list[Verdict]:
    """Judges the environments ``names`` of the project in ``root``; without names all of them, and ``artifacts/``.

    The verdicts are in the order of their scopes, the same for the same input. ``say`` is told what will take a while.
    Raises ``TealformError`` for a name that is no environment, if there is nothing to judge, if checkov cannot be run or
    not be believed, if results are committed that would be believed, and for generated Terraform in another place.
    """
    committed_cache.check(root)
    folders = _folders(root, names)
    scans = scanner.scan(root, folders, say)
    return [_verdict(root, folder, scans[folder.name], today or date.today()) for folder in folders]


def _folders(root: Path, names: Collection[str]) -> list[Path]:
    """The folders of what is to be judged; all that there is, without names."""
    folders = [environments.find_folder(root, name) for name in sorted(set(names)) or environments.list_names(root)]
    if not folders:
        raise TealformError("environments/ holds nothing to check; begin with environments/<name>/environment.hcl")
    for folder in folders:
        _check_name(folder.name)
    if names:
        return folders
    _no_strays(root, folders)
    return [*folders, root / ARTIFACTS] if (root / ARTIFACTS).is_dir() else folders


def _check_name(name: str) -> None:
    if name == ARTIFACTS:
        raise TealformError(f"environments/{ARTIFACTS}: give it another name; this one is the release contract's")
    try:
        # A name that is no UTF-8 is nothing that Pydantic could look at.
        _NAME.validate_python(name.encode(errors="backslashreplace").decode())
    except ValidationError as error:
        raise TealformError(
            f"environments/{name!a}: the folder's name {error_messages.message_of(error.errors()[0])}"
        ) from error


def _no_strays(root: Path, folders: Collection[Path]) -> None:
    """Raises ``TealformError`` for generated Terraform that is in no environment's own folder, and so judged by nobody."""
    for file in sorted((root / "environments").rglob(GENERATED)):
        shown = file.relative_to(root)
        # Terraform and its commands keep copies in .terraform.
        if file.parent not in folders and ".terraform" not in shown.parts:
            raise TealformError(f"{shown}: is in no environment's folder, so nothing judges it; remove or move it")


def _verdict(root: Path, folder: Path, scanned: Scanned, today: date) -> Verdict:
    accepted, problems = waivers.read(root, folder, today)
    fitting = [waiver for waiver in accepted if _may_judge(waiver, folder, scanned)]
    outcome = waivers.apply(fitting, scanned.findings, today)
    tell = Teller(root, folder).tell
    return Verdict(
        folder.name,
        Counter(rule for rule, _ in scanned.judged),
        tuple(map(tell, outcome.left)),
        tuple((tell(finding), waiver) for finding, waiver in outcome.waived),
        tuple(_in_order(outcome.lapsed)),
        (*scanned.mistakes, *map(str, _in_order([*problems, *outcome.mistakes]))),
    )


def _may_judge(waiver: Waiver, folder: Path, scanned: Scanned) -> bool:
    """Whether it can be said of the waiver that it is used, or that it is not."""
    return _is_used(waiver, scanned.findings) or not (scanned.mistakes or _waits_for_a_plan(waiver, folder))


def _is_used(waiver: Waiver, findings: Iterable[Finding]) -> bool:
    return any(waiver.names(finding) for finding in findings)


def _waits_for_a_plan(waiver: Waiver, folder: Path) -> bool:
    """Whether it may match something that a plan has and the generated Terraform has not."""
    return waiver.check in check_aliases.ONLY_PLANNED or handwritten_terraform.has(folder, waiver.resource)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda problem: (problem.location.line, str(problem)))
