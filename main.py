"""The CDKTF app: each folder of ``environments/`` becomes one stack.

``python main.py`` generates all of them, ``python main.py dev`` one, as ``environments/<name>/cdk.tf.json``.
When ``cdktf`` runs it, it also writes CDKTF's own output where ``cdktf`` expects it.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Return 0 on success, 2 if an environment has errors, 130 when interrupted."""
    try:
        # Imported here, because it takes a moment, in which somebody may press Ctrl-C too.
        from tealform.synth import app

        return app.run(arguments, Path(__file__).resolve().parent)
    except KeyboardInterrupt:
        print("interrupted; every file is whole, the old one or the new one", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
