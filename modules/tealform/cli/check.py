"""``tealform check``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tealform import console
from tealform.cli import extras, repository
from tealform.cli.parameters import AsJson, Environments
from tealform.console import Echo
from tealform.errors import TealformError, describe

if TYPE_CHECKING:
    from tealform.synth.app import App

EXAMPLE = "tealform check"


@dataclass(frozen=True)
class _Result:
    """What one part of the check found. ``document`` is for programs."""

    exit_code: int
    summary: str
    document: Any = None


_Part = Callable[[Path, list[str], Echo], _Result]


def check(context: typer.Context, environments: Environments = None, as_json: AsJson = False) -> None:
    """Check everything that a pull request must pass.

    That is: the generated files are current, the policies pass, and so does the offline verification. Files that are out of
    date are generated again, so that the rest checks what the settings say.

    Exits with 1 if a file was out of date, a finding is not waived or a stage failed; with 2 if something could not be checked.
    """
    extras.require("verify", "tealform check")
    root = repository.find_root(context)
    # Before the parts: an unknown environment, or a main.py that cannot be loaded, ends the command.
    from tealform.synth import environments as known

    known.require(root, environments or [])
    parts: dict[str, _Part] = {
        "generated files": partial(_check_generated, repository.load_app(root)),
        "policy": _check_policy,
        "verification": _verify,
    }
    results: dict[str, _Result] = {}
    stream = sys.stderr if as_json else sys.stdout
    for name, part in parts.items():
        with console.progress(f"Checking {name}", stream) as echo:
            try:
                results[name] = part(root, environments or [], echo)
            except TealformError as error:
                print(error, file=sys.stderr)
                results[name] = _Result(2, "could not be checked, see above")
            except OSError as error:
                # Without a file it is about the output, which the other parts need as well.
                if not error.filename:
                    raise
                print(describe(error), file=sys.stderr)
                results[name] = _Result(2, "could not be checked, see above")
    code = max(result.exit_code for result in results.values())
    if as_json:
        documents = {name.replace(" ", "_"): result.document for name, result in results.items()}
        console.print_json({"exit_code": code, **documents})
    print(file=stream)
    for name, result in results.items():
        print(f"{name}: {result.summary}", file=stream)
    if code:
        raise typer.Exit(code)


def _check_generated(app: App, root: Path, names: list[str], echo: Echo) -> _Result:
    found = app.refresh(root, names, echo)
    if found.errors:
        raise TealformError("\n".join(found.errors))
    if found.changed:
        return _Result(1, f"out of date, and generated again: {', '.join(found.changed)}; commit them", found.changed)
    return _Result(0, "up to date", [])


def _check_policy(root: Path, names: list[str], echo: Echo) -> _Result:
    from tealform.policy import gate
    from tealform.policy.reports import formatting, json_report, terminal
    from tealform.policy.result import worst_exit_code

    results = gate.check(root, names, echo=echo)
    for line in terminal.lines(results):
        echo(line)
    summary = formatting.summary(results).removeprefix("policy: ")
    return _Result(worst_exit_code(results), summary, json.loads(json_report.render(results)))


def _verify(root: Path, names: list[str], echo: Echo) -> _Result:
    from tealform_harness.verify import result, run

    results = run.verify_offline(root, names, echo)
    return _Result(run.exit_code(results, ["passed"]), result.summarize(results), json.loads(result.to_json(results)))
