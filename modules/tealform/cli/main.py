"""The command line ``tealform``: its commands, and how each of them ends.

A command is a function in a module of its own, which imports what takes long to load inside of it.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from tealform.cli import (
    apply,
    bootstrap,
    check,
    destroy,
    doctor,
    lock,
    output,
    plan,
    policy,
    review,
    show,
    synth,
    terraform,
    verify,
)
from tealform.cli.parameters import WITH_TERRAFORM_OPTIONS
from tealform.cli.repository import EndedBySignal
from tealform.errors import TealformError, describe


class _Commands(TyperGroup):
    def make_context(self, *arguments: Any, **options: Any) -> Any:
        # Prints --help and --version, whose output may be a full disk or a closed pipe.
        with _reported_errors():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        with _reported_errors():
            return super().invoke(ctx)


class _Command(TyperCommand):
    """A command whose help names the arguments by their metavars alone; typer adds Python's types."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["[OPTIONS]", *(name for name, _ in self._arguments(ctx))]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        options = [each for each in self.get_params(ctx) if not isinstance(each, TyperArgument)]
        records = [record for each in options if (record := each.get_help_record(ctx))]
        for title, rows in (("Arguments", self._arguments(ctx)), ("Options", records)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def _arguments(self, ctx: Any) -> list[tuple[str, str]]:
        arguments = [each for each in self.get_params(ctx) if isinstance(each, TyperArgument)]
        return [(each.metavar or each.name, each.help or "") for each in arguments]


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Help without boxes: it can be searched, fits any width, and colors nothing.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help"]},
)

_COMMANDS = (
    (synth.EXAMPLE, synth.synth, False),
    (show.EXAMPLE, show.show, False),
    (check.EXAMPLE, check.check, False),
    (policy.EXAMPLE, policy.policy, False),
    (verify.EXAMPLE, verify.verify, False),
    (review.EXAMPLE, review.review, False),
    (plan.EXAMPLE, plan.plan, True),
    (apply.EXAMPLE, apply.apply, True),
    (destroy.EXAMPLE, destroy.destroy, True),
    (output.EXAMPLE, output.output, True),
    (terraform.EXAMPLE, terraform.terraform, True),
    (bootstrap.EXAMPLE, bootstrap.bootstrap, False),
    (lock.EXAMPLE, lock.lock, True),
    (doctor.EXAMPLE, doctor.doctor, False),
)
for _example, _command, _accepts_terraform_options in _COMMANDS:
    app.command(
        cls=_Command,
        epilog=f"Example: {_example}",
        context_settings=WITH_TERRAFORM_OPTIONS if _accepts_terraform_options else None,
    )(_command)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        print(f"tealform {version('tealform')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    root: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="The repository; by default this folder or the nearest one above it."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Generate, check, plan and apply the Terraform for blue/green releases on AWS ECS Fargate."""
    context.obj = root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` name (by default those of ``sys.argv``) and return its exit code."""
    try:
        app(arguments, prog_name="tealform")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


@contextmanager
def _reported_errors() -> Iterator[None]:
    """Report errors of the ``with`` block without a traceback, and exit with the code that stands for them."""
    try:
        try:
            yield
        except typer.Exit:
            _flush()
            raise
        _flush()
    except TealformError as error:
        _exit_with(str(error))
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("tealform", "tealform_harness"):
            raise
        _exit_with(f"{error}; run: tealform doctor")
    except BrokenPipeError:
        _end_broken_pipe()
    except OSError as error:
        _exit_with(describe(error))


def _exit_with(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    with suppress(OSError):
        _flush()
    raise typer.Exit(2)


def _end_broken_pipe() -> NoReturn:
    """Discard the rest of the output, which nobody reads (``| head``), so that Python reports no error."""
    _discard_output()
    raise typer.Exit(128 + signal.SIGPIPE)


def _flush() -> None:
    """Write the rest of the output, or discard it if that fails: Python would report it again, and exit with 120."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard_output()
        raise


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_by_signal(number: int, _: FrameType | None) -> NoReturn:
    """Exit through everything that cleans up."""
    raise EndedBySignal(128 + number)


def run() -> int:
    """Run the command that ``sys.argv`` names in a process of its own and return its exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP.
            signal.signal(number, _exit_by_signal)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # As on standard error: messages contain … and names.
    return main()
