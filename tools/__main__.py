"""Commands that only developers of Tealform run: ``python -m tools docs``, ``python -m tools mutate``, …."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tealform import templates
from tealform.errors import TealformError

ROOT = Path(__file__).resolve().parents[1]

# What is imported in functions takes a moment to load, and other commands do without.


def main(arguments: list[str] | None = None) -> int:
    """Run the command that ``arguments`` name (``sys.argv``'s if none are given) and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except TealformError as error:
        print(error, file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    simple = {
        "docs": (_docs, "write the generated pages and tables of docs/, about a minute"),
        "artifacts": (_artifacts, "write artifacts/ from modules/tealform/templates"),
        "inventory": (_inventory, "write tests/inventories from the generated Terraform"),
        "policy-coverage": (_policy_coverage, "write coverage.json: which of checkov's checks must judge what"),
        "bench": (_bench, "time the synthesis against CDKTF's plain imports, and the policy gate"),
    }
    for name, (command, purpose) in simple.items():
        commands.add_parser(name, help=purpose).set_defaults(command=command)
    mutate = commands.add_parser("mutate", help="make good environments bad in single ways and run the gate on each")
    mutate.add_argument("areas", nargs="*", metavar="AREA", help="areas of the table, like services (default: all)")
    mutate.add_argument("--json", action="store_true", help="print the results as JSON")
    mutate.set_defaults(command=_mutate)
    return parser


def _docs(_: argparse.Namespace) -> int:
    from tools import iam_docs, rules_docs, setting_effects, settings_docs

    for write in (settings_docs.write, setting_effects.write, iam_docs.write, rules_docs.write):
        print(write(ROOT).relative_to(ROOT), flush=True)
    return 0


def _artifacts(_: argparse.Namespace) -> int:
    for path, content in templates.contents("artifacts").items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(content)
    return 0


def _inventory(_: argparse.Namespace) -> int:
    from tests import inventory

    inventory.main()
    return 0


def _policy_coverage(_: argparse.Namespace) -> int:
    from tools import generate_coverage

    print(generate_coverage.write(ROOT).relative_to(ROOT), flush=True)
    return 0


def _bench(_: argparse.Namespace) -> int:
    from tools import benchmark

    return max(benchmark.time_synthesis(ROOT), benchmark.time_gate(ROOT))


def _mutate(options: argparse.Namespace) -> int:
    from tealform_harness.mutation import run

    return run.mutate(ROOT, options.areas, options.json)


if __name__ == "__main__":
    sys.exit(main())
