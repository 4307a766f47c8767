"""The command line of the harness: ``python -m harness policy``, ``python -m harness plan dev``, ….

A command is a parser in ``_parser`` and a function that takes its arguments and returns the exit code.
"""

from __future__ import annotations

import signal

if __name__ == "__main__":
    # Until there is something to clean up, Ctrl-C ends this process without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import io
import os
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from harness import bench, effects, environments, reference, terraform
from harness.errors import HarnessError
from harness.permissions import page
from harness.policy import gate
from modules.settings.problems import SettingsError

if TYPE_CHECKING:
    from harness.proof.verdict import Result, Verdict

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
        print(end="", flush=True)
    except (HarnessError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        print(": ".join(str(part) for part in (error.filename, error.strerror) if part), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def _nobody_reads() -> int:
    """Whoever read the output (``| head``) has had enough. What is left of it goes nowhere, lest Python complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _end(number: int, _: FrameType | None) -> NoReturn:
    """Ends by way of everything that cleans up."""
    sys.exit(128 + number)


def _prepare_process() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _end)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # As standard error does: what is said holds «», … and names.


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

    reference_ = commands.add_parser(
        "reference",
        help="write docs/environment.md from the model, when settings take effect into docs/releases.md, docs/permissions.md",
    )
    reference_.set_defaults(command=_reference)

    prove = commands.add_parser("prove", help="prove the generated Terraform with all that this machine has")
    e2e = commands.add_parser("e2e", help="the same with the real provider against an emulated AWS alone")
    for command, function in ((prove, _prove), (e2e, _e2e)):
        command.add_argument("environments", nargs="*", metavar="ENV")
        command.add_argument(
            "--json", action="store_true", help="print the verdicts as JSON, and their lines as errors"
        )
        command.set_defaults(command=function)

    preview = commands.add_parser("plan-offline", help="show what a first apply would create, without an account")
    preview.add_argument("environment", metavar="ENV")
    form = preview.add_mutually_exclusive_group()
    form.add_argument("--full", action="store_const", const="text", dest="form", help="in Terraform's own words")
    form.add_argument("--json", action="store_const", const="json", dest="form", help="as Terraform's JSON")
    preview.set_defaults(command=_preview, form="summary")

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
    for write in (reference.write, effects.write, page.write):
        file = write(options.root)
        print(file.relative_to(options.root), flush=True)
    return 0


# What these three import is installed with `make prove` and its like, and takes a moment to load.


def _prove(options: argparse.Namespace) -> int:
    from harness.proof import prove

    return _verdicts(options, prove.prove, ["proved", "not proved"])


def _e2e(options: argparse.Namespace) -> int:
    from harness.proof import prove

    return _verdicts(options, prove.prove_emulated, ["proved"])


def _preview(options: argparse.Namespace) -> int:
    from harness.proof import preview

    return preview.preview(options.root, options.environment, options.form, print)


def _verdicts(options: argparse.Namespace, judge: Callable[..., list[Verdict]], accepted: Collection[Result]) -> int:
    from harness.proof import prove, report

    stream = sys.stderr if options.json else sys.stdout
    verdicts = judge(options.root, options.environments, lambda line: print(line, file=stream, flush=True))
    if options.json:
        print(report.as_json(verdicts))
    return prove.exit_code(verdicts, accepted)


def _terraform(options: argparse.Namespace) -> int:
    folder = environments.folder(options.root, options.environment)
    return terraform.run(folder, options.terraform, *options.extra)


if __name__ == "__main__":
    _prepare_process()
    sys.exit(main())
