"""The CDKTF app: each folder of ``environments/`` becomes one stack.

``python main.py`` does all of them, ``python main.py dev`` one. The result lands as
``environments/<name>/cdk.tf.json``; run by ``cdktf``, its own output lands where it expects it, too.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """0 when all went well, 2 when something is wrong with an environment, 130 when interrupted."""
    try:
        # Here, because it takes a moment, in which somebody may press Ctrl-C as well.
        from tealform.synth import app

        return app.run(arguments, Path(__file__).resolve().parent)
    except KeyboardInterrupt:
        print("interrupted; every file is whole, the old one or the new one", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
