"""``tealform check``."""

from __future__ import annotations

import json
import sys

import typer

from tealform.cli import console, extras, repository
from tealform.cli.parameters import AsJson, Environments

EXAMPLE = "tealform check"


def check(context: typer.Context, environments: Environments = None, as_json: AsJson = False) -> None:
    """Check everything that a pull request must pass: generated files, policy, offline verification.

    Exits with 1 if something is out of date, found or failed, and with 2 if something could not be checked.
    """
    extras.require("verify", "tealform check")
    from tealform.policy import gate
    from tealform.policy.reports import json_report, terminal
    from tealform.policy.result import worst_exit_code
    from tealform_harness.verify import result, run

    root = repository.find_root(context)
    app, names, stream = repository.load_app(root), environments or [], sys.stderr if as_json else sys.stdout
    with console.progress("Comparing generated files", stream) as echo:
        compared = app.compare(root, names, echo)
    console.print_errors(compared.errors)
    if compared.errors:
        # Without valid settings, the generated files may be of another day.
        raise typer.Exit(2)
    with console.progress("Checking policies", stream) as echo:
        judged = gate.check(root, names, echo=echo)
        for line in terminal.lines(judged):
            echo(line)
    with console.progress("Verifying", stream) as echo:
        verified = run.verify_offline(root, names, echo)
    codes = [int(bool(compared.changed)), worst_exit_code(judged), run.exit_code(verified, ["passed"])]
    if as_json:
        console.print_json(
            {
                "exit_code": max(codes),
                "outdated": compared.changed,
                "policy": json.loads(json_report.render(judged)),
                "verify": json.loads(result.to_json(verified)),
            }
        )
    if compared.changed:
        print(f"out of date: {', '.join(compared.changed)}; run: tealform synth", file=sys.stderr)
    if code := max(codes):
        raise typer.Exit(code)
