"""Verifies the environments of a project with everything that this machine has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.synth import environments
from tealform.terraform import terraform_binaries
from tealform.terraform.subprocesses import HALT, Halt
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness.provider_stub.server import serve
from tealform_harness.verify import aws_provider, stub_lifecycle
from tealform_harness.verify.aws_provider import Provider
from tealform_harness.verify.result import (
    EMULATED_STAGES,
    StageResult,
    Status,
    format_result,
    format_table,
    skip_stage,
)

_Item = TypeVar("_Item")


def verify(root: Path, names: Sequence[str], echo: Echo) -> list[StageResult]:
    """Verify the environments ``names`` of the project in ``root``, all if none is named, by all available means.

    ``echo`` gets each result as it comes and the table at the end. Without a provider, the stages that need it are
    skipped. Raises ``TealformError`` if there is nothing to verify.
    """
    return _report(_run_all_stages(_folders(root, names)), echo)


def verify_offline(root: Path, names: Sequence[str], echo: Echo) -> list[StageResult]:
    """Run only the stages that need neither a network nor the provider: those of the provider stub.

    Raises ``TealformError`` if there is nothing to verify.
    """
    terraform = terraform_binaries.list_terraforms()[0]
    return _report((result for folder in _folders(root, names) for result in _run_offline(folder, terraform)), echo)


def verify_emulated(root: Path, names: Sequence[str], echo: Echo) -> list[StageResult]:
    """Verify the same with the real provider against the emulated AWS only, once the schema accepts an environment.

    Raises ``TealformError`` if there is no real provider.
    """
    terraform = terraform_binaries.list_terraforms()[0]
    found = [(folder, _provider(folder, terraform)) for folder in _folders(root, names)]
    return _report(
        run_concurrently([_run_schema_and_emulated(folder, terraform, provider) for folder, provider in found]), echo
    )


def exit_code(results: Iterable[StageResult], accepted: Collection[Status]) -> int:
    """Return 0 if every status is one of the ``accepted`` and a stage of each environment passed, else 1."""
    statuses: dict[str, set[Status]] = defaultdict(set)
    for result in results:
        statuses[result.environment].add(result.status)
    return 0 if all("passed" in each and each.issubset(accepted) for each in statuses.values()) else 1


def run_concurrently(sources: Sequence[Iterable[_Item]]) -> Generator[_Item, None, None]:
    """Run all ``sources`` at once, each in a thread of its own, and yield their items as they come.

    They wait most of the time. An exception in one of them is raised here once the others have ended. Closing the
    generator ends them early, and so does Ctrl-C: see ``Halt``.
    """
    if not sources:
        return
    items: SimpleQueue[_Item | None] = SimpleQueue()
    halt = Halt()

    def drain(source: Iterable[_Item]) -> None:
        HALT.set(halt)
        try:
            for item in source:
                items.put(item)
        finally:
            items.put(None)

    with ThreadPoolExecutor(len(sources)) as threads:
        running = [threads.submit(drain, source) for source in sources]
        remaining = len(sources)
        try:
            while remaining:
                item = items.get()
                if item is None:
                    remaining -= 1
                else:
                    yield item
        except BaseException:
            halt.ask()
            raise
        for each in running:
            each.result()


def _folders(root: Path, names: Sequence[str]) -> list[Path]:
    folders = [environments.find_folder(root, name) for name in sorted(set(names)) or environments.list_names(root)]
    if not folders:
        raise TealformError(
            "environments/ contains no environment to verify; create environments/<name>/environment.hcl"
        )
    for folder in folders:
        environments.find_generated(folder)
    return folders


def _report(results: Iterable[StageResult], echo: Echo) -> list[StageResult]:
    reported = []
    for result in results:
        reported.append(result)
        for line in format_result(result):
            echo(line)
    # The results of one environment come in order; those of environments that ran concurrently are sorted together.
    reported.sort(key=lambda result: result.environment)
    for line in format_table(reported):
        echo(line)
    return reported


def _run_all_stages(folders: Sequence[Path]) -> Iterator[StageResult]:
    installed = terraform_binaries.list_terraforms()
    has_passed = []
    for folder in folders:
        passed = True
        for terraform in installed:
            for result in _run_offline(folder, terraform):
                passed &= result.status == "passed"
                yield result
        has_passed.append(passed)
    yield from run_concurrently(
        [
            _run_or_skip_emulated(folder, installed[0], passed)
            for folder, passed in zip(folders, has_passed, strict=True)
        ]
    )


def _run_offline(folder: Path, terraform: Terraform) -> Generator[StageResult]:
    with serve(environments.list_declared(folder)) as stub:
        by = f"Terraform {terraform.version()}, stand-in for hashicorp/aws {environments.read_provider_version(folder)}"
        yield from stub_lifecycle.verify(folder, terraform, stub.reattach, by)


def _run_or_skip_emulated(folder: Path, terraform: Terraform, has_passed: bool) -> Iterator[StageResult]:
    """Run the stages that need the provider; each that does not run says why."""
    reason, count = "an earlier stage did not pass", 0
    try:
        for result in _run_emulated(folder, terraform, _provider(folder, terraform)) if has_passed else ():
            count += 1
            yield result
    except TealformError as error:
        reason = str(error)
    by = f"Terraform {terraform.version()}, the real provider, emulated AWS"
    for stage in EMULATED_STAGES[count:]:
        yield skip_stage(folder.name, stage, by, reason)


def _run_schema_and_emulated(folder: Path, terraform: Terraform, provider: Provider) -> Iterator[StageResult]:
    # Arguments that an older provider does not know are removed there. The schema shows first that they are valid.
    with closing(_run_offline(folder, terraform)) as results:
        schema = next(results)
    yield schema
    if schema.status == "passed":
        yield from _run_emulated(folder, terraform, provider)


def _run_emulated(folder: Path, terraform: Terraform, provider: Provider) -> Iterator[StageResult]:
    # Here, because the emulated AWS takes seconds to load.
    from tealform_harness.verify import emulated_lifecycle

    pinned = environments.read_provider_version(folder)
    instead = "" if provider.version == pinned else f" instead of {pinned}"
    by = f"Terraform {terraform.version()}, real provider {provider.version}{instead}, emulated AWS"
    yield from emulated_lifecycle.verify(folder, terraform, provider, by)


def _provider(folder: Path, terraform: Terraform) -> Provider:
    return aws_provider.find(environments.read_provider_version(folder), terraform)
