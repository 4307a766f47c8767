"""One command, one answer: everything that can be proved of the environments on this machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tealform.aws.lazy_bindings import CACHE
from tealform.errors import TealformError
from tealform.settings.errors import SettingsError
from tealform.synth import environments
from tealform.terraform import terraform_binaries
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness.provider_stub.server import serve
from tealform_harness.verify import aws_provider, report, stub_lifecycle
from tealform_harness.verify.aws_provider import Provider
from tealform_harness.verify.concurrency import side_by_side
from tealform_harness.verify.result import Result, Verdict, not_proved
from tealform_harness.verify.stages import CLAIMS


def prove(root: Path, names: Sequence[str], say: Callable[[str], None]) -> list[Verdict]:
    """Judges the environments ``names`` of the project in ``root``, all if none is named, by whatever there is.

    ``say`` gets each verdict as it falls and the table at the end. A provider that cannot be had leaves its claims
    not proved. Raises ``TealformError`` if there is nothing to judge.
    """
    folders = _folders(root, names)
    return _told(_everything(folders), say)


def prove_emulated(root: Path, names: Sequence[str], say: Callable[[str], None]) -> list[Verdict]:
    """The same with the real provider against the emulated AWS alone, once the schema has taken an environment.

    Raises ``TealformError`` if no real provider can be had.
    """
    terraform = terraform_binaries.every()[0]
    found = [(folder, _provider(folder, terraform)) for folder in _folders(root, names)]
    return _told(side_by_side([_schema_and_emulated(folder, terraform, provider) for folder, provider in found]), say)


def exit_code(verdicts: Iterable[Verdict], accepted: Collection[Result]) -> int:
    """0 if every verdict is one of the ``accepted`` and something was proved of each environment, else 1."""
    results: dict[str, set[Result]] = defaultdict(set)
    for verdict in verdicts:
        results[verdict.environment].add(verdict.result)
    return 0 if all("proved" in each and each.issubset(accepted) for each in results.values()) else 1


def _folders(root: Path, names: Sequence[str]) -> list[Path]:
    folders = [environments.folder(root, name) for name in sorted(set(names)) or environments.names(root)]
    if not folders:
        raise TealformError("environments/ holds nothing to prove; begin with environments/<name>/environment.hcl")
    for folder in folders:
        environments.generated(folder)
    return folders


def _told(verdicts: Iterable[Verdict], say: Callable[[str], None]) -> list[Verdict]:
    fallen = []
    for verdict in verdicts:
        fallen.append(verdict)
        for line in report.live(verdict):
            say(line)
    # Within an environment they fell in order; environments that were judged side by side are put together again.
    fallen.sort(key=lambda verdict: verdict.environment)
    for line in report.table(fallen):
        say(line)
    return fallen


def _everything(folders: Sequence[Path]) -> Iterator[Verdict]:
    installed = terraform_binaries.every()
    sound = []
    for folder in folders:
        offline_verdicts = []
        for terraform in installed:
            for verdict in _offline(folder, terraform):
                offline_verdicts.append(verdict)
                yield verdict
        sound.append(all(verdict.result == "proved" for verdict in offline_verdicts))
    yield from side_by_side(
        [_with_real_provider(folder, installed[0], ready) for folder, ready in zip(folders, sound, strict=True)]
    )


def _offline(folder: Path, terraform: Terraform) -> Generator[Verdict]:
    with serve(environments.declared(folder)) as stand_in:
        by = f"Terraform {terraform.version()}, stand-in for hashicorp/aws {environments.provider_version(folder)}"
        yield from stub_lifecycle.judge(folder, terraform, stand_in.reattach, by)


def _with_real_provider(folder: Path, terraform: Terraform, sound: bool) -> Iterator[Verdict]:
    """The claims that need the provider; each that is not judged says why."""
    reason, judged = "a claim before it was not proved", 0
    try:
        for verdict in _emulated(folder, terraform, _provider(folder, terraform)) if sound else ():
            judged += 1
            yield verdict
    except (TealformError, SettingsError) as error:
        reason = str(error)
    by = f"Terraform {terraform.version()}, the real provider, emulated AWS"
    for claim in CLAIMS[judged:]:
        yield not_proved(folder.name, claim, by, reason)


def _schema_and_emulated(folder: Path, terraform: Terraform, provider: Provider) -> Iterator[Verdict]:
    # What an older provider does not know is left out there, so it must be known not to be a mistake.
    with closing(_offline(folder, terraform)) as verdicts:
        schema = next(verdicts)
    yield schema
    if schema.result == "proved":
        yield from _emulated(folder, terraform, provider)


def _emulated(folder: Path, terraform: Terraform, provider: Provider) -> Iterator[Verdict]:
    # Here, because the emulated AWS takes seconds to load.
    from tealform_harness.verify import emulated_lifecycle

    pinned = environments.provider_version(folder)
    instead = "" if provider.version == pinned else f" instead of {pinned}"
    by = f"Terraform {terraform.version()}, real provider {provider.version}{instead}, emulated AWS"
    yield from emulated_lifecycle.judge(folder, terraform, provider, by)


def _provider(folder: Path, terraform: Terraform) -> Provider:
    return aws_provider.find(environments.provider_version(folder), terraform, CACHE)
