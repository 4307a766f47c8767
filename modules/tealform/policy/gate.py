"""The policy gate: every finding in an environment must be fixed or waived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.policy import cache, handwritten_terraform, plan_for_checkov, scanner, waivers
from tealform.policy.finding_location import FindingLocator
from tealform.policy.reports.formatting import in_order
from tealform.policy.result import ARTIFACTS, GateResult
from tealform.policy.scanner import Scanned
from tealform.policy.waivers import Waiver
from tealform.settings import error_messages
from tealform.settings.loader import GENERATED
from tealform.settings.types import Name
from tealform.synth import environments

_NAME = TypeAdapter[str](Name)


def _print(line: str) -> None:
    print(line, flush=True)


def check(root: Path, names: Collection[str] = (), today: date | None = None, echo: Echo = _print) -> list[GateResult]:
    """Check the environments ``names`` of the project in ``root``; without names all of them, and ``artifacts/``.

    The results are in the order of their scopes. ``echo`` gets a line before what takes a while. Raises ``TealformError``
    for a name that is no environment, if there is nothing to check, if checkov cannot run or its report is not reliable,
    if kept results are committed, and for generated Terraform outside of an environment's folder.
    """
    cache.refuse_committed(root)
    folders = _folders(root, names)
    scans = scanner.scan(root, folders, echo)
    return [_result(root, folder, scans[folder.name], today or date.today()) for folder in folders]


def _folders(root: Path, names: Collection[str]) -> list[Path]:
    """Return the folders of the scopes to check; without names all that exist."""
    folders = [environments.find_folder(root, name) for name in sorted(set(names)) or environments.list_names(root)]
    if not folders:
        raise TealformError(environments.NO_ENVIRONMENTS)
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
        # Pydantic cannot validate a name that is not UTF-8.
        _NAME.validate_python(name.encode(errors="backslashreplace").decode())
    except ValidationError as error:
        raise TealformError(
            f"environments/{name!a}: the folder's name {error_messages.message_of(error.errors()[0])}"
        ) from error


def _no_strays(root: Path, folders: Collection[Path]) -> None:
    """Raise ``TealformError`` for generated Terraform that is in no environment's own folder, and so not checked."""
    for file in sorted((root / "environments").rglob(GENERATED)):
        shown = file.relative_to(root)
        # Terraform and its commands keep copies in .terraform.
        if file.parent not in folders and ".terraform" not in shown.parts:
            raise TealformError(f"{shown}: is in no environment's folder, so nothing judges it; remove or move it")


def _result(root: Path, folder: Path, scanned: Scanned, today: date) -> GateResult:
    written, problems = waivers.read_waivers(root, folder, today)
    applied = waivers.apply_waivers(
        [each for each in written if _can_tell(each, folder, scanned)], scanned.findings, today
    )
    describe = FindingLocator(root, folder).describe
    return GateResult(
        folder.name,
        Counter(rule for rule, _ in scanned.judged),
        tuple(map(describe, applied.remaining)),
        tuple((describe(finding), waiver) for finding, waiver in applied.waived),
        tuple(in_order(applied.lapsed)),
        (*scanned.mistakes, *map(str, in_order([*problems, *applied.mistakes]))),
    )


def _can_tell(waiver: Waiver, folder: Path, scanned: Scanned) -> bool:
    """Return whether it is certain that the waiver is used, or that it is not."""
    used = any(waiver.names(finding) for finding in scanned.findings)
    return used or not (scanned.mistakes or _needs_plan(waiver, folder))


def _needs_plan(waiver: Waiver, folder: Path) -> bool:
    """Return whether it may match something that a plan contains and the generated Terraform does not."""
    return waiver.check in plan_for_checkov.ONLY_PLANNED or handwritten_terraform.declares(folder, waiver.resource)
