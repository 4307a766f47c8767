"""The CDKTF app: each folder of ``environments/`` becomes one stack.

``python main.py`` does all of them, ``python main.py dev`` one. CDKTF's own output lands where CDKTF
expects it (``cdktf.out``, or ``CDKTF_OUTDIR``), and the result as ``environments/<name>/cdk.tf.json``.
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
    wanted = list(dict.fromkeys(arguments)) or known
    loaded = [_load(environments, name, known) for name in wanted]
    valid = [settings for settings in loaded if settings is not None]
    if not wanted:
        _complain(f"there are no environments; write {environments.name}/<name>/{load.FILE}")
    written = _synthesize(valid, environments) if valid else True
    return 0 if wanted and written and len(valid) == len(wanted) else 2


def _load(environments: Path, name: str, known: list[str]) -> load.Settings | None:
    if name not in known:
        _complain(f"{environments.name}/{name}/{load.FILE} does not exist; there are {', '.join(known) or 'none'}")
        return None
    try:
        return load.load(environments, name)
    except SettingsError as error:
        _complain(str(error))
        return None


def _synthesize(valid: list[load.Settings], environments: Path) -> bool:
    print(f"Synthesizing {', '.join(settings.name for settings in valid)}", flush=True)
    # Here, so that mistakes in settings are told before the bindings are loaded.
    from modules.synthesis import land, synthesize

    root = environments.parent
    try:
        output = Path(os.environ.get("CDKTF_OUTDIR", root / "cdktf.out"))
        for name, text in synthesize(valid, output).items():
            landing = land(text, environments / name)
            print(f"{landing.file.relative_to(root)}: {'written' if landing.changed else 'unchanged'}")
    except OSError as error:
        _complain(f"{error.filename or root}: cannot be written: {error.strerror}; nothing is half-written")
        return False
    return True


def _complain(message: str) -> None:
    print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
