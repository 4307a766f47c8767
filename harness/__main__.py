"""The command line of the harness: ``python -m harness policy``, ``python -m harness plan dev``, ….

A command is a parser in ``_parser`` and a function that takes its arguments and returns the exit code.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness import bench, environments, reference, terraform
from harness.errors import HarnessError
from harness.policy import gate

TERRAFORM = {
    "init": "download providers and set up the state",
    "plan": "show what apply would change",
    "apply": "create or change the environment",
    "destroy": "remove everything in the environment",
    "output": "print the environment's outputs",
}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command that ``arguments`` name (``sys.argv``'s if none are given) and returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except HarnessError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m harness", description="Works on what Cutover has generated.")
    project = Path(__file__).resolve().parent.parent
    parser.add_argument("--root", type=Path, default=project, help="the project's folder (default: this one)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    policy = commands.add_parser("policy", help="check the generated Terraform, all environments if none is named")
    policy.add_argument("environments", nargs="*", metavar="ENV")
    policy.set_defaults(command=_policy)

    bench_ = commands.add_parser("bench", help="time the synthesis against CDKTF's plain imports")
    bench_.set_defaults(command=_bench)

    reference_ = commands.add_parser("reference", help="write docs/environment.md from the model")
    reference_.set_defaults(command=_reference)

    for name, purpose in TERRAFORM.items():
        command = commands.add_parser(name, help=purpose)
        command.add_argument("environment", metavar="ENV")
        command.add_argument("extra", nargs="*", metavar="ARGUMENT", help="Terraform's own, after --: -- -out=plan")
        command.set_defaults(command=_terraform, terraform=name)
    return parser


def _policy(options: argparse.Namespace) -> int:
    return gate.check(options.root, options.environments)


def _bench(options: argparse.Namespace) -> int:
    return bench.bench(options.root)


def _reference(options: argparse.Namespace) -> int:
    print(reference.write(options.root).relative_to(options.root))
    return 0


def _terraform(options: argparse.Namespace) -> int:
    folder = environments.folder(options.root, options.environment)
    return terraform.run(folder, options.terraform, *options.extra)


if __name__ == "__main__":
    sys.exit(main())
