"""From the folders of a project to the generated Terraform in them."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tealform.settings import loader
from tealform.settings.errors import SettingsError
from tealform.synth.atomic_write import land


def run(arguments: list[str], root: Path) -> int:
    """Synthesizes the environments of the project in ``root`` that are named in ``arguments``, or all.

    Returns 0 when all went well, 2 when not. A broken environment is reported and does not stop the others.
    """
    environments = root / "environments"
    known = loader.list_environments(environments)
    wanted = list(dict.fromkeys(arguments)) or known
    if not wanted:
        _complain(f"there are no environments; write {environments.name}/<name>/{loader.FILE}")
        return 2
    loaded = [_load(environments, name, known) for name in wanted]
    valid = [settings for settings in loaded if settings is not None]
    written = _synthesize(valid, environments) if valid else 0
    return 0 if written == len(wanted) else 2


def _load(environments: Path, name: str, known: list[str]) -> loader.LoadedEnvironment | None:
    if name not in known:
        _complain(f"{environments.name}/{name}/{loader.FILE} does not exist; there are {', '.join(known) or 'none'}")
        return None
    try:
        return loader.load(environments, name)
    except SettingsError as error:
        _complain(str(error))
        return None


def _synthesize(valid: list[loader.LoadedEnvironment], environments: Path) -> int:
    """How many environments have their file."""
    print(f"Synthesizing {', '.join(settings.name for settings in valid)}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            # Here, so that mistakes in settings are told before the bindings are loaded.
            from tealform.synth.synthesis import synthesize

            texts = synthesize(valid, Path(os.environ.get("CDKTF_OUTDIR") or scratch))
        except OSError as error:
            _complain(f"{error.filename}: cannot be written: {error.strerror}")
            return 0
    return sum(_land(texts[settings.name], settings, environments) for settings in valid)


def _land(text: str, settings: loader.LoadedEnvironment, environments: Path) -> bool:
    """Whether everything is in place; the Terraform comes last, for it names the other files."""
    from tealform.service import lambda_packages

    folder, needed = environments / settings.name, lambda_packages.list_packages(settings.environment)
    contents = {program.archive: program.content for program in needed} | {loader.GENERATED: text.encode()}
    if not all(_land_file(content, folder / name, environments.parent) for name, content in contents.items()):
        return False
    return all(
        _remove(folder / program.archive, environments.parent)
        for program in lambda_packages.ALL
        if program not in needed
    )


def _land_file(content: bytes, file: Path, root: Path) -> bool:
    shown = file.relative_to(root)
    try:
        print(f"{shown}: {'written' if land(content, file) else 'unchanged'}")
    except OSError as error:
        _complain(f"{shown}: cannot be written: {error.strerror}; it is as it was")
        return False
    return True


def _remove(file: Path, root: Path) -> bool:
    """Whether what is no longer named is gone."""
    shown = file.relative_to(root)
    try:
        file.unlink()
        print(f"{shown}: removed")
    except FileNotFoundError:
        return True
    except OSError as error:
        _complain(f"{shown}: cannot be removed: {error.strerror}")
        return False
    return True


def _complain(message: str) -> None:
    print(message, file=sys.stderr)
