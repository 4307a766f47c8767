"""Starts the command line: ``tealform`` and ``python -m tealform``."""

from __future__ import annotations

import signal
import sys

# Until there is something to clean up, Ctrl-C ends this process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from tealform.cli.main import run  # noqa: E402

if __name__ == "__main__":
    sys.exit(run())
