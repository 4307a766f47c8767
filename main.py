"""The CDKTF app: each folder of ``environments/`` becomes one stack.

``python main.py`` does all of them, ``python main.py dev`` one. CDKTF finds its output where it
expects it; the result lands as ``environments/<name>/cdk.tf.json`` as well.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from modules.settings import load
from modules.settings.problems import SettingsError

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Synthesizes the environments named in ``arguments``, or all. 0 when all went well, 2 when not.

    A broken environment is reported and does not stop the others.
    """
    environments = root / "environments"
    known = load.names(environments)
    wanted = arguments or known
    unknown = [name for name in wanted if name not in known]
    for name in unknown:
        print(
            f"{name}: no {environments.name}/{name}/{load.FILE}; there are {', '.join(known) or 'none'}",
            file=sys.stderr,
        )
    if not known:
        print(f"no environments: write {environments.name}/<name>/{load.FILE} first", file=sys.stderr)
    valid, broken = [], bool(unknown) or not known
    for name in wanted:
        if name in unknown:
            continue
        try:
            valid.append(load.load(environments, name))
        except SettingsError as error:
            print(error, file=sys.stderr)
            broken = True
    if valid:
        _write(valid, environments)
    return 2 if broken else 0


def _write(valid: list[load.Settings], environments: Path) -> None:
    # Here, so that mistakes in settings are told before the bindings are loaded.
    from modules.synthesis import land, synthesize

    output = Path(os.environ.get("CDKTF_OUTDIR", environments.parent / "cdktf.out"))
    for name, text in synthesize(valid, output).items():
        landing = land(text, environments / name)
        print(f"{landing.file.relative_to(environments.parent)}: {'written' if landing.changed else 'unchanged'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
