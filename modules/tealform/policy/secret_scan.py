"""Scans the texts of scopes for secrets, and their Dockerfiles, and reports what checkov did not look at.

checkov 3.3.30 silently skips files for their name (``package-lock.json``), suffix (``.lock``), folder and size (5 MB), YAML
that it cannot parse, lines of more than 10,000 characters, and lines with ``pragma: allowlist secret``. So it gets a copy of
each text under a name of our own, with long lines folded and pragmas undone, and with two made-up secrets at the end: finding
them proves that it looked at all of the text.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from tealform.errors import TealformError
from tealform.policy import checkov, handwritten_terraform, secret_patterns
from tealform.policy.checkov import Record, Scan
from tealform.policy.rule import Finding
from tealform.policy.scanned_files import Text, Texts
from tealform.settings.errors import Location
from tealform.settings.loader import GENERATED

_FRAMEWORKS = ("secrets", "dockerfile")
# Without the first, files of most suffixes are left out.
_OPTIONS = ("--enable-secret-scan-all-files", "--block-list-secret-scan", "dockerfile")

_DOCKERFILE = re.compile(r"(?:.+\.)?[Dd]ockerfile(?:\.(?!dockerignore$).+)?")
_OURS = ("CKV_SECRET_", "CKV_DOCKER_", "CKV2_DOCKER_", secret_patterns.RULE.id, handwritten_terraform.RULE.id)
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?:, \d+)*: ")
_BETWEEN = re.compile(r"[:/@\"'\\]+")
_SHOWN = 12
"""How many characters of a digest distinguish a secret from others in the same file."""

_PROVEN = ("CKV_SECRET_2", "CKV_SECRET_6")
"""AWS access keys and random texts: the checks that the two made-up secrets are for."""

_PIECE, _OVERLAP = 8000, 500
"""In characters: of a long line, and what a piece of it has of the one before."""

_SILENCED = re.compile(r"pragma(?=:)|^git_commit")
"""What makes detect-secrets and checkov leave out a line."""

_INTEGRITY = re.compile(r"\b(?:sha(?:1|256|384|512)-[A-Za-z0-9+/]+={0,2}|h1:[A-Za-z0-9+/]{43}=)")
"""Digests of packages, which package-lock.json, go.sum and Terraform's lock file have by the hundred."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class CanaryCopy:
    """The copy of a text that checkov gets.

    ``lines`` has the line number in the text for each line of the copy. ``planted`` are the digests of the made-up secrets.
    """

    content: str
    lines: tuple[int, ...]
    planted: frozenset[str]


def plant_canaries(text: Text) -> CanaryCopy:
    """Return a copy of the text, with new made-up secrets."""
    folded = list(_folded(text.content))
    made_up = _access_key(), _random()
    content = "\n".join([*(line for _, line in folded), made_up[0], f'made_up = "{made_up[1]}"', ""])
    last = folded[-1][0]
    return CanaryCopy(content, (*(number for number, _ in folded), last, last), frozenset(map(digest, made_up)))


def digest(secret: str) -> str:
    """Return the digest that checkov reports instead of a secret."""
    return hashlib.sha1(secret.encode(), usedforsecurity=False).hexdigest()


def _folded(content: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_LINE_END.split(content), start=1):
        shown = _SILENCED.sub(lambda match: match[0].upper(), _INTEGRITY.sub("", line))
        yield number, shown[:_PIECE]
        for start in range(_PIECE - _OVERLAP, len(shown) - _OVERLAP, _PIECE - _OVERLAP):
            yield number, shown[start : start + _PIECE]


def _access_key() -> str:
    return "AKIA" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(16))


def _random() -> str:
    # No character twice: some random choices would be too regular to be found.
    return "".join(secrets.SystemRandom().sample(string.ascii_letters + string.digits, 48))


class _Report(BaseModel):
    results: checkov.Results


_REPORTS: TypeAdapter[list[_Report]] = TypeAdapter(list[_Report])


@dataclass(frozen=True)
class Records:
    """checkov's results for one file."""

    passed: tuple[Record, ...] = ()
    failed: tuple[Record, ...] = ()


@dataclass(frozen=True)
class _Found:
    """A mistake at one line of a file. ``secret`` is the digest of a secret, empty for any other mistake."""

    check: str
    title: str
    file: Path
    line: int
    secret: str
    reason: str
    link: str


def scan(found: Sequence[Texts]) -> list[Scan]:
    """Scan the texts of all scopes in one run of checkov, one result for each scope.

    A finding's address is the file in the scope's folder, for a secret with ``#`` and its digest. The message begins with the
    location (see ``parse_location``) and never contains the secret. Raises ``TealformError`` if checkov cannot be installed,
    crashes, reports an error, or prints something else than a report.
    """
    texts = list({text.file: text for each in found for text in each.texts}.values())
    copies = {text.file: (f"{number}.txt", plant_canaries(text)) for number, text in enumerate(texts)}
    recipes = {text.file: f"{number}/Dockerfile" for number, text in enumerate(texts) if _is_dockerfile(text)}
    given = {name: copy.content for name, copy in copies.values()}
    given |= {recipes[text.file]: text.content for text in texts if text.file in recipes}
    records = _run(given) if given else {}
    return [
        _Scope(
            each,
            {text.file: (copies[text.file][1], records.get(copies[text.file][0], Records())) for text in each.texts},
            {text.file: records.get(recipes[text.file], Records()) for text in each.texts if text.file in recipes},
        ).scan()
        for each in found
    ]


def parse_location(finding: Finding) -> Location | None:
    """Return the location of a finding in a file; None for any other finding."""
    match = _PLACE.match(finding.message) if finding.check.startswith(_OURS) else None
    return Location(Path(match["file"]), int(match["line"])) if match else None


def parse_report(report: str) -> Mapping[str, Records]:
    """Return what checkov's JSON ``report`` says of each file; raise ``TealformError`` if it is no report.

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
    failed = _by_file(record for each in results for record in each.failed)
    return {name: Records(tuple(passed[name]), tuple(failed[name])) for name in passed.keys() | failed.keys()}


def _by_file(records: Iterable[Record]) -> Mapping[str, list[Record]]:
    found = defaultdict(list)
    for record in records:
        found[str(record.file_path).lstrip("/")].append(record)
    return found


def _run(given: Mapping[str, str]) -> Mapping[str, Records]:
    done = checkov.run(_FRAMEWORKS, given, _OPTIONS)
    records = parse_report(done.stdout)
    checkov.raise_for_errors(done)
    return records


def _is_dockerfile(text: Text) -> bool:
    return bool(_DOCKERFILE.fullmatch(text.file.name))


@dataclass(frozen=True)
class _Scope:
    """One scope's texts, with checkov's results for the copy of each and for its Dockerfiles."""

    texts: Texts
    copies: Mapping[Path, tuple[CanaryCopy, Records]]
    recipes: Mapping[Path, Records]

    def scan(self) -> Scan:
        if not self.texts.texts:
            return Scan(self.texts.scope, blind=f"{self.texts.folder}: holds no text that could be scanned for secrets")
        found = [*self._by_checkov(), *self._of_dockerfiles()]
        found += self._written({each.file: {one.secret for one in found if one.file == each.file} for each in found})
        found = list(self._without_echoes(found))
        judged = {*self._looked_at(), *((each.check, self.texts.shown(each.file)) for each in found)}
        return Scan(self.texts.scope, tuple(sorted(judged)), self._findings(found), missing=tuple(self._missing()))

    def _missing(self) -> Iterator[str]:
        yield from self.texts.unread
        for file, (copy, records) in self.copies.items():
            if not _is_proven(copy, records):
                yield f"{file}: checkov did not look for secrets in it; is it larger than 5 MB? then split it"
        for file, records in self.recipes.items():
            if not records.passed + records.failed:
                yield f"{file}: checkov did not judge it; is it a valid Dockerfile?"

    def _looked_at(self) -> Iterator[tuple[str, str]]:
        for file, (copy, records) in self.copies.items():
            if _is_proven(copy, records):
                yield from ((check, self.texts.shown(file)) for check in _PROVEN)
        for file, records in self.recipes.items():
            yield from ((each.check_id, self.texts.shown(file)) for each in records.passed)
        for text in self._edited():
            yield secret_patterns.RULE.id, self.texts.shown(text.file)

    def _edited(self) -> Iterator[Text]:
        """Yield all texts but the generated ones: other rules check those better, and mistakes there are fixed elsewhere."""
        return (text for text in self.texts.texts if text.file.name != GENERATED)

    def _by_checkov(self) -> Iterator[_Found]:
        no_secrets = {digest(each) for each in self.texts.digests}
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
            for each in secret_patterns.find_secrets(text):
                parts = {digest(part) for part in (each.value, *_BETWEEN.split(each.value))}
                if parts.isdisjoint(known.get(text.file, ())):
                    yield _Found(rule.id, rule.title, text.file, each.line, digest(each.value), each.reason, rule.link)

    def _without_echoes(self, found: Sequence[_Found]) -> Iterator[_Found]:
        """Leave out secrets in the generated file that were also found in what it is generated from."""
        edited = {each.secret for each in found if each.file.name != GENERATED}
        return (each for each in found if each.file.name != GENERATED or each.secret not in edited)

    def _findings(self, found: Iterable[_Found]) -> tuple[Finding, ...]:
        together: dict[tuple[str, str], list[_Found]] = defaultdict(list)
        for each in found:
            shown = self.texts.shown(each.file)
            address = f"{shown}#{each.secret[:_SHOWN]}" if each.secret else shown
            together[each.check, address].append(each)
        return tuple(_finding(address, same) for (_, address), same in sorted(together.items()))


def _is_proven(copy: CanaryCopy, records: Records) -> bool:
    return copy.planted <= {each.resource for each in records.failed}


def _finding(address: str, same: Sequence[_Found]) -> Finding:
    first = min(same, key=lambda each: each.line)
    lines = ", ".join(map(str, sorted({each.line for each in same})))
    message = f"{first.file.as_posix()}:{lines}: {first.reason}"
    return Finding(first.check, first.title, address, guideline=first.link, message=message)
