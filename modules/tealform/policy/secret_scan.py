"""Scans the texts of scopes for secrets, and their Dockerfiles, such that what was not looked at is told."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from tealform.errors import TealformError
from tealform.policy import checkov, handwritten_terraform, scan_canaries, secret_patterns
from tealform.policy.checkov import Scan
from tealform.policy.finding import Finding
from tealform.policy.scan_canaries import Copy, digest
from tealform.policy.scanned_files import Text, Texts
from tealform.settings.errors import Location
from tealform.settings.loader import GENERATED

_FRAMEWORKS = ("secrets", "dockerfile")
# Without the first, files of most suffixes are left out.
_OPTIONS = ("--enable-secret-scan-all-files", "--block-list-secret-scan", "dockerfile")

_DOCKERFILE = re.compile(r"(?:.+\.)?[Dd]ockerfile(?:\.(?!dockerignore$).+)?")
_OURS = ("CKV_SECRET_", "CKV_DOCKER_", "CKV2_DOCKER_", secret_patterns.RULE.id, handwritten_terraform.RULE.id)
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?:, \d+)*: ")
_ERROR = re.compile(r"\[ERROR\s*\]\s*(.+)")
_BETWEEN = re.compile(r"[:/@\"'\\]+")
_SHOWN = 12
"""How many characters of a digest tell a secret from others in the same file."""


class _Record(BaseModel):
    check_id: str
    check_name: str
    resource: str
    file_path: str
    file_line_range: tuple[int, int]
    guideline: str | None = None


class _Results(BaseModel):
    passed_checks: list[_Record]
    failed_checks: list[_Record]
    skipped_checks: list[_Record]


class _Report(BaseModel):
    results: _Results


_REPORTS: TypeAdapter[list[_Report]] = TypeAdapter(list[_Report])


@dataclass(frozen=True)
class Records:
    """What checkov says of one file: its id and where, of the checks that passed and of those that did not."""

    passed: tuple[_Record, ...] = ()
    failed: tuple[_Record, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What is wrong at one line of a file. ``secret`` is the digest of it, empty where it is about something else."""

    check: str
    title: str
    file: Path
    line: int
    secret: str
    reason: str
    link: str


def scan(root: Path, found: Sequence[Texts]) -> list[Scan]:
    """Scans the texts of all scopes in one run of checkov, one result for each scope.

    ``root`` is the project, which holds checkov's own virtual environment. A finding's address is the file in the
    scope's folder, for a secret with a digest of it behind ``#``. Its message begins with the place (see ``place``), and
    never holds the secret. Raises ``TealformError`` if checkov is not there, crashes, reports an error, or prints
    something else than a report.
    """
    texts = list({text.file: text for each in found for text in each.texts}.values())
    copies = {text.file: (f"{number}.txt", scan_canaries.copy(text)) for number, text in enumerate(texts)}
    recipes = {text.file: f"{number}/Dockerfile" for number, text in enumerate(texts) if _is_dockerfile(text)}
    given = {name: copy.content for name, copy in copies.values()}
    given |= {recipes[text.file]: text.content for text in texts if text.file in recipes}
    records = _run(root, given) if given else {}
    return [
        _Scope(
            each,
            {text.file: (copies[text.file][1], records.get(copies[text.file][0], Records())) for text in each.texts},
            {text.file: records.get(recipes[text.file], Records()) for text in each.texts if text.file in recipes},
        ).scan()
        for each in found
    ]


def place(finding: Finding) -> Location | None:
    """Where a finding of a file is; nothing for any other finding."""
    match = _PLACE.match(finding.message) if finding.check.startswith(_OURS) else None
    return Location(Path(match["file"]), int(match["line"])) if match else None


def read(report: str) -> Mapping[str, Records]:
    """What checkov's JSON ``report`` says of each file; raises ``TealformError`` if it is no report.

    Results of several frameworks are a list, those of one an object; without any there is only a summary.
    """
    try:
        said = json.loads(report)
        reports = said if isinstance(said, list) else [said] if "passed" not in said else []
        results = [each.results for each in _REPORTS.validate_python(reports)]
    except ValidationError as error:
        raise TealformError(f"checkov's report on texts cannot be read: {error.errors()[0]['msg']}") from error
    except (ValueError, TypeError) as error:
        raise TealformError(f"checkov's report on texts cannot be read: {error}") from error
    passed = _by_file(record for each in results for record in each.passed_checks)
    # Nothing but a waiver may silence a finding, so what was skipped has failed.
    failed = _by_file(record for each in results for record in each.failed_checks + each.skipped_checks)
    return {name: Records(tuple(passed[name]), tuple(failed[name])) for name in passed.keys() | failed.keys()}


def _by_file(records: Iterable[_Record]) -> Mapping[str, list[_Record]]:
    found = defaultdict(list)
    for record in records:
        found[record.file_path.lstrip("/")].append(record)
    return found


def _run(root: Path, given: Mapping[str, str]) -> Mapping[str, Records]:
    done = checkov.run(root, _FRAMEWORKS, given, _OPTIONS)
    records = read(done.stdout)
    if errors := _ERROR.findall(done.stderr):
        raise TealformError("checkov reports errors, so its results cannot be relied on:\n" + "\n".join(errors))
    return records


def _is_dockerfile(text: Text) -> bool:
    return bool(_DOCKERFILE.fullmatch(text.file.name))


@dataclass(frozen=True)
class _Scope:
    """One scope's texts, with what checkov says of the copy of each, and of its Dockerfiles."""

    of: Texts
    copies: Mapping[Path, tuple[Copy, Records]]
    recipes: Mapping[Path, Records]

    def scan(self) -> Scan:
        if not self.of.texts:
            return Scan(self.of.scope, blind=f"{self.of.folder}: holds no text that could be scanned for secrets")
        found = [*self._by_checkov(), *self._of_dockerfiles()]
        found += self._written({each.file: {one.secret for one in found if one.file == each.file} for each in found})
        found = list(self._without_echoes(found))
        judged = {*self._looked_at(), *((each.check, self.of.shown(each.file)) for each in found)}
        return Scan(self.of.scope, tuple(sorted(judged)), self._findings(found), missing=tuple(self._missing()))

    def _missing(self) -> Iterator[str]:
        yield from self.of.unread
        for file, (copy, records) in self.copies.items():
            if not _is_proven(copy, records):
                yield f"{file}: checkov did not look for secrets in it; is it larger than 5 MB? then split it"
        for file, records in self.recipes.items():
            if not records.passed + records.failed:
                yield f"{file}: checkov did not judge it; is it a valid Dockerfile?"

    def _looked_at(self) -> Iterator[tuple[str, str]]:
        for file, (copy, records) in self.copies.items():
            if _is_proven(copy, records):
                yield from ((check, self.of.shown(file)) for check in scan_canaries.PROVEN)
        for file, records in self.recipes.items():
            yield from ((each.check_id, self.of.shown(file)) for each in records.passed)
        for text in self._edited():
            yield secret_patterns.RULE.id, self.of.shown(text.file)

    def _edited(self) -> Iterator[Text]:
        """All but what is generated: our other rules know it better, and what is wrong there is mended elsewhere."""
        return (text for text in self.of.texts if text.file.name != GENERATED)

    def _by_checkov(self) -> Iterator[_Found]:
        no_secrets = {digest(each) for each in self.of.digests}
        for file, (copy, records) in self.copies.items():
            for each in records.failed:
                if each.resource not in copy.planted | no_secrets:
                    line = copy.lines[min(each.file_line_range[0], len(copy.lines)) - 1]
                    title, reason = (
                        f"No text holds a secret ({each.check_name})",
                        f"looks like a secret: {each.check_name}",
                    )
                    yield _Found(each.check_id, title, file, line, each.resource, reason, each.guideline or "")

    def _of_dockerfiles(self) -> Iterator[_Found]:
        for file, records in self.recipes.items():
            for each in records.failed:
                line, link = each.file_line_range[0], each.guideline or ""
                yield _Found(each.check_id, each.check_name, file, line, "", each.check_name, link)

    def _written(self, known: Mapping[Path, set[str]]) -> Iterator[_Found]:
        rule = secret_patterns.RULE
        for text in self._edited():
            for each in secret_patterns.find(text):
                parts = {digest(part) for part in (each.value, *_BETWEEN.split(each.value))}
                if parts.isdisjoint(known.get(text.file, ())):
                    yield _Found(rule.id, rule.title, text.file, each.line, digest(each.value), each.reason, rule.link)

    def _without_echoes(self, found: Sequence[_Found]) -> Iterator[_Found]:
        """Without those in the generated file whose secret was found in what it is generated from as well."""
        edited = {each.secret for each in found if each.file.name != GENERATED}
        return (each for each in found if each.file.name != GENERATED or each.secret not in edited)

    def _findings(self, found: Iterable[_Found]) -> tuple[Finding, ...]:
        together: dict[tuple[str, str], list[_Found]] = defaultdict(list)
        for each in found:
            shown = self.of.shown(each.file)
            address = f"{shown}#{each.secret[:_SHOWN]}" if each.secret else shown
            together[each.check, address].append(each)
        return tuple(_finding(address, same) for (_, address), same in sorted(together.items()))


def _is_proven(copy: Copy, records: Records) -> bool:
    return copy.planted <= {each.resource for each in records.failed}


def _finding(address: str, same: Sequence[_Found]) -> Finding:
    first = min(same, key=lambda each: each.line)
    lines = ", ".join(map(str, sorted({each.line for each in same})))
    message = f"{first.file.as_posix()}:{lines}: {first.reason}"
    return Finding(first.check, first.title, address, guideline=first.link, message=message)
