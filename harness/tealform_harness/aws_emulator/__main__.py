"""Serves the emulated AWS in the foreground: ``python -m tealform_harness.aws_emulator``."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
import threading

# As many requests as Terraform has under way at once, and those of builds and releases meanwhile.
# A connection that is closed while it is used again loses an answer: the client then sends its request twice.
_KEPT_SECONDS = 24 * 60 * 60
_THREADS = 24


def main(arguments: list[str] | None = None) -> int:
    """Serve on a free port of 127.0.0.1 and print the URL as soon as it answers; ends with SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m tealform_harness.aws_emulator", description="Serves an emulated AWS."
    )
    parser.add_argument("--account", default="123456789012", help="the account's number (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--while-stdin-is-open", action="store_true", help="end when standard input ends")
    options = parser.parse_args(arguments)
    # moto reads these when it is imported.
    os.environ["MOTO_ACCOUNT_ID"] = options.account
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    if options.while_stdin_is_open:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    _serve(options.port)
    return 0


def _serve(port: int) -> None:
    import waitress

    from tealform_harness.aws_emulator.application import create_application

    # It warns of every request that has to wait for a thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    answers = create_application()
    with socket.create_server(("127.0.0.1", port)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        waitress.serve(answers, sockets=[listening], threads=_THREADS, channel_timeout=_KEPT_SECONDS)


def _end_with_standard_input() -> None:
    # Not sys.stdin, whose lock a thread that waits would keep until the interpreter ends.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
