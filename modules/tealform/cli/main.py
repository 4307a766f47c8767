"""The command line: ``tealform policy``, ``tealform plan dev``, ….

A command is a parser in ``_parser`` and a function that takes its arguments and returns the exit code.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from tealform.errors import TealformError
from tealform.operations import root_module
from tealform.policy import gate
from tealform.policy.reports import FORMATS
from tealform.policy.reports.markdown import LONGEST
from tealform.review import check
from tealform.settings.errors import SettingsError
from tealform.terraform import terraform_cli

if TYPE_CHECKING:
    from tealform_harness.verify.result import StageResult, Status

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

CHANGES = {
    "plan": "make a plan, keep it for apply, and say what it would do",
    "apply": "apply exactly the plan that was kept, unless something speaks against it",
    "destroy": "remove everything, once it has been shown and its name been given",
}
TERRAFORM = {
    "init": "download providers and set up the state",
    "output": "print the outputs",
    "terraform": "run any command of Terraform's where the environment is, like: terraform dev state list",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command that ``arguments`` name (by default those of ``sys.argv``) and return its exit code."""
    parser = _parser()
    options, extra = parser.parse_known_args(arguments)
    if extra and not hasattr(options, "extra"):
        parser.error(f"unrecognized arguments: {' '.join(extra)}")
    options.extra = extra
    # Terraform runs in the environment's folder, where a relative path would name another file.
    options.root = options.root.absolute()
    try:
        code: int = options.command(options)
        print(end="", flush=True)
    except (TealformError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("tealform", "tealform_harness"):
            raise
        print(f"{error}; run: pip install 'tealform[verify]'", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return _end_broken_pipe()
    except OSError as error:
        print(": ".join(str(part) for part in (error.filename, error.strerror) if part), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def _end_broken_pipe() -> int:
    """Discard the rest of the output, which nobody reads any more (``| head``), so that Python reports no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _exit_by_signal(number: int, _: FrameType | None) -> NoReturn:
    """Exit through everything that cleans up."""
    sys.exit(128 + number)


def _prepare_process() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP.
            signal.signal(number, _exit_by_signal)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # As on standard error: messages contain «», … and names.


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tealform", description="Works on what Tealform has generated.")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: this one)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    policy = commands.add_parser("policy", help="check the generated Terraform, all environments if none is named")
    policy.add_argument("environments", nargs="*", metavar="ENV")
    for name in FORMATS:
        policy.add_argument(
            f"--{name}", type=Path, metavar="FILE", help="write what was found to a file in this form too"
        )
    policy.set_defaults(command=_policy)

    pull_request = commands.add_parser("pr-check", help="check what a pull request changes: drift, policy, risks")
    pull_request.add_argument("--base", default="origin/main", metavar="REF", help="what it is to be merged into")
    pull_request.add_argument("--out", type=Path, metavar="DIR", help="where the reports go (default: .cache/pr-check)")
    pull_request.add_argument("--longest", type=int, default=LONGEST, metavar="N", help="characters of comment.md")
    pull_request.set_defaults(command=_pull_request)

    prove = commands.add_parser("prove", help="prove the generated Terraform with all that this machine has")
    e2e = commands.add_parser("e2e", help="the same with the real provider against an emulated AWS alone")
    for command, function in ((prove, _prove), (e2e, _e2e)):
        command.add_argument("environments", nargs="*", metavar="ENV")
        command.add_argument("--json", action="store_true", help="print the results as JSON, and their lines as errors")
        command.set_defaults(command=function)

    preview = commands.add_parser("plan-offline", help="show what a first apply would create, without an account")
    preview.add_argument("environment", metavar="ENV")
    form = preview.add_mutually_exclusive_group()
    form.add_argument("--full", action="store_const", const="text", dest="form", help="in Terraform's own words")
    form.add_argument("--json", action="store_const", const="json", dest="form", help="the summary as JSON")
    preview.set_defaults(command=_preview, form="summary")

    _add_operations(commands)
    return parser


def _add_operations(commands: Commands) -> None:
    """Add the commands that run Terraform, which gets the options that they do not know, like ``-target=…``."""
    bootstrap = commands.add_parser("bootstrap", help="generate what holds states and lets automation in: bootstrap/*")
    bootstrap.set_defaults(command=_bootstrap)
    lock = commands.add_parser("lock", help="write the lock files of the providers, for several platforms")
    lock.set_defaults(command=_lock, extra=())

    speculative = commands.add_parser(
        "speculative-plan", help="let HCP Terraform make a plan that nobody can apply, as pull requests do"
    )
    speculative.add_argument("environment", metavar="ENV")
    speculative.add_argument("--json", action="store_const", const="json", dest="form", help="the summary as JSON")
    speculative.set_defaults(command=_speculate, form="summary")

    made = {name: commands.add_parser(name, help=purpose, allow_abbrev=False) for name, purpose in CHANGES.items()}
    for name, purpose in TERRAFORM.items():
        made[name] = commands.add_parser(name, help=purpose, allow_abbrev=False)
        made[name].set_defaults(command=_terraform, terraform=name)
    for command in made.values():
        command.add_argument("environment", metavar="ENV", help="an environment, or bootstrap/ACCOUNT")
        command.set_defaults(extra=())

    form = made["plan"].add_mutually_exclusive_group()
    form.add_argument("--full", action="store_const", const="full", dest="form", help="all of Terraform's words, too")
    form.add_argument("--json", action="store_const", const="json", dest="form", help="the summary as JSON")
    made["plan"].set_defaults(command=_plan, form="summary")
    for name, function in (("apply", _apply), ("destroy", _destroy)):
        made[name].add_argument(
            "--allow", action="append", default=[], metavar="ADDRESS", help="let pass what the guard objects to here"
        )
        made[name].add_argument("--confirm", metavar="ENV", help="the name that would have to be typed")
        made[name].set_defaults(command=function)


def _policy(options: argparse.Namespace) -> int:
    given = {form: getattr(options, form) for form in FORMATS}
    reports = {form: file for form, file in given.items() if file}
    return gate.check(options.root, options.environments, reports=reports)


# Modules that take a moment to load are imported in the functions that need them.


def _pull_request(options: argparse.Namespace) -> int:
    out = options.out or options.root / check.OUT
    return check.check(options.root, options.base, out, longest=options.longest)


# These need the requirements that `make prove` and similar commands install.


def _prove(options: argparse.Namespace) -> int:
    from tealform_harness.verify import run as prove

    return _verdicts(options, prove.verify, ["passed", "skipped"])


def _e2e(options: argparse.Namespace) -> int:
    from tealform_harness.verify import run as prove

    return _verdicts(options, prove.verify_emulated, ["passed"])


def _preview(options: argparse.Namespace) -> int:
    from tealform_harness.verify import offline_plan

    return offline_plan.plan_offline(options.root, options.environment, options.form, print)


def _verdicts(
    options: argparse.Namespace, judge: Callable[..., list[StageResult]], accepted: Collection[Status]
) -> int:
    from tealform_harness.verify import result
    from tealform_harness.verify import run as prove

    stream = sys.stderr if options.json else sys.stdout
    verdicts = judge(options.root, options.environments, lambda line: print(line, file=stream, flush=True))
    if options.json:
        print(result.to_json(verdicts))
    return prove.exit_code(verdicts, accepted)


def _plan(options: argparse.Namespace) -> int:
    from tealform.operations import plan

    return plan.plan(options.root, options.environment, options.form, options.extra)


def _speculate(options: argparse.Namespace) -> int:
    from tealform.operations import plan

    return plan.speculate(options.root, options.environment, options.form)


def _apply(options: argparse.Namespace) -> int:
    from tealform.operations import apply

    return apply.apply(options.root, options.environment, options.allow, options.confirm, options.extra)


def _destroy(options: argparse.Namespace) -> int:
    from tealform.operations import apply

    return apply.destroy(options.root, options.environment, options.allow, options.confirm, options.extra)


def _lock(options: argparse.Namespace) -> int:
    from tealform.operations import provider_locks

    return provider_locks.lock(options.root, options.extra)


def _bootstrap(options: argparse.Namespace) -> int:
    from tealform.synth import app

    return app.run_bootstrap(options.root)


def _terraform(options: argparse.Namespace) -> int:
    folder = root_module.folder(options.root, options.environment)
    given = [options.terraform] if options.terraform != "terraform" else []
    if not (command := [*given, *options.extra]):
        raise TealformError('say which command of Terraform\'s, like: make terraform ENV=dev ARGS="state list"')
    return terraform_cli.run(folder, *command)


def run() -> int:
    """Run the command that ``sys.argv`` names in a process of its own and return its exit code."""
    _prepare_process()
    return main()
