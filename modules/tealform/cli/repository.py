"""The repository that a command works on: its root folder, and the ``app`` of its ``main.py``."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import typer

from tealform.errors import TealformError

if TYPE_CHECKING:
    from tealform.synth.app import App


class EndedBySignal(SystemExit):
    """A signal ends the process, through everything that cleans up."""


_FILE = "main.py"
_MODULE = "__tealform_main__"
_EXAMPLE = "from tealform import App; app = App()"


def find_root(context: typer.Context) -> Path:
    """Return the root folder: ``--root``, or the nearest folder, here or above, that looks like a repository.

    Such a folder has ``main.py``, and ``environments/`` or ``cdktf.json``. Raises ``TealformError`` if there is none.
    """
    given: str | None = context.obj
    if given is not None:
        root = Path(given)
        if not given or not root.is_dir():
            raise TealformError(f'--root "{given}": no such folder; name the folder of a repository')
        if not (root / _FILE).is_file() and not (root / "environments").is_dir():
            raise TealformError(f"--root {given}: is no Tealform repository; expected {_FILE} and environments/ in it")
        # Terraform runs in the environment's folder, where a relative path would name another file.
        return root.absolute()
    here = Path.cwd()
    if found := search(here):
        return found
    raise TealformError(
        f"{here}: neither this folder nor one above is a Tealform repository; expected {_FILE} and environments/ in it. "
        "Change to the repository, or name it: tealform --root FOLDER …"
    )


def search(here: Path) -> Path | None:
    """Return the root folder of the repository that ``here`` is in, or ``None``."""
    for folder in (here, *here.parents):
        if (folder / _FILE).is_file() and ((folder / "environments").is_dir() or (folder / "cdktf.json").is_file()):
            return folder
    return None


def load_app(root: Path) -> App:
    """Return ``app`` of the repository's ``main.py``, which it loads by its path.

    Raises ``TealformError``, with the line of ``main.py``, if the file is missing, fails, or defines no ``app``.
    """
    from tealform.synth.app import App

    app = getattr(_load(root), "app", None)
    if not isinstance(app, App):
        raise TealformError(f"{_FILE}: app is {'missing' if app is None else 'no tealform.App'}; write: {_EXAMPLE}")
    return app


def generate(root: Path, names: Sequence[str]) -> None:
    """Generate the root modules ``names``, or all environments, with progress on standard error.

    ``names`` are environments or ``bootstrap/ACCOUNT``. Raises ``TealformError`` with every error.
    """
    from tealform import console
    from tealform.synth import environments

    app = load_app(root)
    wanted = [name for name in names if not environments.is_account(name)]
    with console.progress("Synthesizing", sys.stderr) as echo:
        errors = app.synth(root, wanted, echo).errors if wanted or not names else []
        if len(wanted) < len(names):
            errors += app.bootstrap(root, echo).errors
    if errors:
        raise TealformError("\n".join(dict.fromkeys(errors)))


def find_module(root: Path, name: str) -> Path:
    """Return the folder of the environment, or ``bootstrap/ACCOUNT``, called ``name``; generate it if that was never done.

    Raises ``TealformError`` if it does not exist, or cannot be generated.
    """
    from tealform.operations import root_module
    from tealform.settings.loader import GENERATED
    from tealform.synth import environments

    if not environments.is_account(name):
        environments.require(root, [name])
    if not (root_module.locate(root, name) / GENERATED).is_file():
        generate(root, [name])
    return root_module.folder(root, name)


def _load(root: Path) -> ModuleType:
    file = root / _FILE
    module = ModuleType(_MODULE)
    module.__file__ = str(file)
    sys.modules[_MODULE] = module
    # Last, so that no file of the repository takes the place of a library's or Python's own module.
    if str(root) not in sys.path:
        sys.path.append(str(root))
    try:
        # Compiled here, because Python would keep the bytecode and later believe it.
        code = compile(file.read_bytes(), str(file), "exec")
    except FileNotFoundError as error:
        raise TealformError(f"{_FILE}: missing in {root}; write: {_EXAMPLE}") from error
    except SyntaxError as error:
        raise TealformError(f"{_FILE}:{error.lineno or 1}: {error.msg}; correct the syntax") from error
    try:
        # Standard output is the command's own, and may be JSON.
        with contextlib.redirect_stdout(sys.stderr):
            exec(code, module.__dict__)
    except EndedBySignal:
        raise
    except (Exception, SystemExit) as error:
        raise TealformError(f"{_locate(error, root)}: {type(error).__name__}: {error}") from error
    return module


def _locate(error: BaseException, root: Path) -> str:
    """Return the last line of the repository's own files that was running, like ``main.py:7``."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(root)]
    own = [each for each in frames if "site-packages" not in each.filename]
    return f"{Path(own[-1].filename).relative_to(root)}:{own[-1].lineno}" if own else f"{_FILE}:1"
