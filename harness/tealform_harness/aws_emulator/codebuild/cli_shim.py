"""What a build finds as ``aws`` and ``docker``: hands the call to the emulated AWS and prints what that answers.

Run as ``cli_shim.py SOCKET NAME ARGUMENTS``. It uses the standard library only, for it starts in every command.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path


def main(path: str, call: list[str]) -> int:
    """Send the call with what stands on standard input, prints the answer, and return the exit code."""
    given = sys.stdin.read() if "--password-stdin" in call else ""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(json.dumps({"call": call, "input": given, "folder": str(Path.cwd())}).encode())
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile(encoding="utf-8") as answered:
            answer = json.load(answered)
    print(answer["output"], end="", file=sys.stderr if answer["code"] else sys.stdout)
    return int(answer["code"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
