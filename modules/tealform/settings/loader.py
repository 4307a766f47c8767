"""From the files of an environment to its settings, or to every mistake in them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tealform.naming import Context
from tealform.settings import error_messages, hcl_reader
from tealform.settings.environment import Environment
from tealform.settings.errors import Locations, Path_, Problem, SettingsError
from tealform.settings.project import Project
from tealform.settings.rules import RULES, cross_environment
from tealform.settings.rules.violation import Conflict
from tealform.settings.types import Name

COMMON = "common.hcl"
FILE = "environment.hcl"
GENERATED = "cdk.tf.json"

# Blocks of which there is one, of the kind that its label says: an environment's own replaces the common one.
_CHOICES = ("state", "network", "source")
_ROUNDS = 5


@dataclass(frozen=True)
class Settings:
    """A valid environment: its name (the folder's), what its files say and where, how its things are called, and its neighbours."""

    name: str
    environment: Environment
    context: Context
    locations: Locations
    neighbours: Mapping[str, Environment] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The environment among its neighbours."""
        return Project({**self.neighbours, self.name: self.environment})


@dataclass(frozen=True)
class Written:
    """What the files of an environment say, right or not, and where."""

    values: Mapping[str, Any]
    locations: Locations


def names(environments: Path) -> list[str]:
    """The environments in the folder ``environments``, in alphabetical order."""
    return sorted(file.parent.name for file in environments.glob(f"*/{FILE}"))


def load(environments: Path, name: str) -> Settings:
    """Reads ``environments/<name>/environment.hcl`` over ``environments/common.hcl``, if there is one, and its neighbours.

    Raises ``SettingsError`` with every mistake in the two files, and what does not go together with neighbours.
    """
    loader = _loader(environments, name)
    others = {other: _neighbour(environments, other) for other in names(environments) if other != name}
    concerned = {other for other in others if _mention([environments / COMMON, environments / other / FILE], name)}
    return loader.settings(others, concerned)


def written(environments: Path, name: str) -> Written | None:
    """What the files of an environment say, which need not be valid; ``None`` when they cannot be read."""
    try:
        loader = _loader(environments, name)
    except SettingsError:
        return None
    return Written(loader.values, loader.locations)


def account(environments: Path, name: str) -> str | None:
    """The account that the files of an environment name, which need not be valid; ``None`` when they do not say."""
    said = written(environments, name)
    found = said.values.get("account") if said else None
    return found if isinstance(found, str) else None


def _neighbour(environments: Path, other: str) -> Environment | None:
    """Another environment; ``None`` when it has mistakes."""
    try:
        return _loader(environments, other).alone()
    except SettingsError:
        return None


def _mention(files: Iterable[Path], name: str) -> bool:
    """Whether files, which need not be valid, may speak of the environment ``name``; one that cannot be read may."""
    return any(f'"{name}"' in _text(file, name) for file in files if file.is_file())


def _text(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f'"{name}"'


def _loader(environments: Path, name: str) -> _Loader:
    common = environments / COMMON
    # A link that leads nowhere is a mistake, not an absence.
    files = [common] if common.exists() or common.is_symlink() else []
    files.append(environments / name / FILE)
    documents = [hcl_reader.read(file, file.relative_to(environments.parent)) for file in files]
    syntax = [problem for document in documents for problem in document.problems]
    if any(problem.path == () for problem in syntax):
        raise SettingsError(syntax)
    return _Loader(name, documents, syntax)


class _Loader:
    def __init__(self, name: str, documents: list[hcl_reader.Document], problems: list[Problem]) -> None:
        self.name = name
        self.problems = problems
        self.values: dict[str, Any] = {}
        for document in documents:
            self.values = _merged(self.values, document.values)
        lines = {path: line for document in documents for path, line in document.locations.items()}
        self.locations = Locations(documents[-1].file, lines)

    def settings(self, others: Mapping[str, Environment | None], concerned: set[str]) -> Settings:
        """The environment among ``others``, of which those with mistakes are ``None``.

        What those of ``concerned`` want of this one must be known: none of them may have mistakes.
        """
        valid = {name: environment for name, environment in others.items() if environment is not None}
        broken = others.keys() - valid.keys()
        environment = self._checked()
        self._compare(environment, Project(valid, frozenset(broken)), broken & concerned)
        # What is right in itself may still ask for what another one does not have.
        sound = cross_environment.sound(environment, self.name, valid)
        dropped = valid.keys() - sound.keys()
        self._compare(environment, Project(sound, frozenset(broken | dropped)), dropped & concerned)
        context = Context(environment.project, self.name, environment.region, environment.account)
        return Settings(self.name, _as_terraform_text(environment), context, self.locations, sound)

    def alone(self) -> Environment:
        """The environment as others see it: valid in itself."""
        environment: Environment = _as_terraform_text(self._checked())
        if self.problems:
            raise SettingsError(self.problems)
        return environment

    def _checked(self) -> Environment:
        """The environment by itself; its mistakes are noted. Raises ``SettingsError`` if there is nothing to go on with."""
        self._check_name()
        environment, self._replaced = self._validated()
        if environment is None:
            raise SettingsError(self.problems)
        self._note(conflict for rule in RULES for conflict in rule(environment, self.name))
        return environment

    def _compare(self, environment: Environment, others: Project, mistaken: Iterable[str]) -> None:
        """Holds the environment against others; ``mistaken`` are some that concern it, and cannot be asked. Raises ``SettingsError``."""
        for other in sorted(mistaken):
            self._problem(
                (), f"environments/{other} speaks of this environment, and has mistakes of its own; mend them first"
            )
        self._note(cross_environment.conflicts(environment, self.name, others))
        if self.problems:
            raise SettingsError(self.problems)

    def _note(self, conflicts: Iterable[Conflict]) -> None:
        """Notes what does not rest on values that nobody wrote."""
        for conflict in conflicts:
            about = {prefix for path in (conflict.path, *conflict.about) for prefix in _prefixes(path)}
            if not self._replaced & about and not _is_emptied(conflict.path, self._replaced):
                self._problem(conflict.path, conflict.message)

    def _check_name(self) -> None:
        try:
            TypeAdapter(Name).validate_python(self.name)
        except ValidationError as error:
            self._problem((), f"the folder's name: {error_messages.message_of(error.errors()[0])}")

    def _validated(self) -> tuple[Environment | None, set[Path_]]:
        """The environment, and the paths of what had to be replaced so that rules can look at the rest.

        Without that, a misspelt key would hide that two services share a path until the next run.
        """
        values = copy.deepcopy(self.values)
        # What could not be read is absent; what was given twice is there once.
        replaced: set[Path_] = {problem.path for problem in self.problems if not _holds(values, problem.path)}
        for _ in range(_ROUNDS):
            try:
                return Environment.model_validate(values), replaced
            except ValidationError as error:
                for detail in error.errors():
                    path = error_messages.path_of(detail["loc"])
                    if not replaced & _prefixes(path) and not _is_emptied(path, replaced):
                        self._problem(path, error_messages.message_of(detail))
                    replaced |= {path, _up_to_list(path), *error_messages.meant_by(detail)}
                    _replace(values, path, detail)
        return None, replaced

    def _problem(self, path: Path_, message: str) -> None:
        self.problems.append(Problem(self.locations.of(path), path, message))


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """``above`` over ``below``; what is null in ``above`` is in neither."""
    merged = {key: value for key, value in below.items() if key not in above}
    for key, value in above.items():
        if isinstance(value, dict):
            under = below.get(key)
            if not isinstance(under, dict) or (key in _CHOICES and _labels(value) != _labels(under)):
                under = {}
            merged[key] = _merged(under, value)
        elif value is not None:
            merged[key] = value
    return merged


def _labels(block: dict[str, Any]) -> set[str]:
    return {key for key, value in block.items() if isinstance(value, dict)}


def _replace(values: dict[str, Any], path: Path_, detail: ErrorDetails) -> None:
    """Puts the field's example where it is required, and nothing where it is not."""
    *way, last = _up_to_list(path)
    for part in way:
        inner = values.get(str(part))
        if not isinstance(inner, dict):
            return
        values = inner
    values.pop(str(last), None)
    field = error_messages.field_at(detail["loc"])
    if detail["type"] == "missing" and field is not None and field.examples:
        values[str(last)] = field.examples[0]


def _up_to_list(path: Path_) -> Path_:
    for index, part in enumerate(path):
        if isinstance(part, int):
            return path[:index]
    return path


def _is_emptied(path: Path_, replaced: set[Path_]) -> bool:
    """Whether a block is empty or incomplete only because what was wrong in it has been taken out."""
    return any(len(each) > len(path) and each[: len(path)] == path for each in replaced)


def _as_terraform_text(value: Any) -> Any:
    """The same with ``${`` and ``%{`` escaped: Terraform evaluates them wherever it finds them, in JSON too.

    It is not validated again: text that was as long as it may be is longer now, and AWS never sees that.
    """
    match value:
        case BaseModel():
            # Defaults hold nothing to escape, and stay known as defaults.
            return value.model_copy(
                update={key: _as_terraform_text(getattr(value, key)) for key in value.model_fields_set}
            )
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case dict():
            return {key: _as_terraform_text(each) for key, each in value.items()}
        case tuple():
            return tuple(_as_terraform_text(each) for each in value)
    return value


def _holds(values: object, path: Path_) -> bool:
    for part in path:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _prefixes(path: Path_) -> set[Path_]:
    return {path[:length] for length in range(1, len(path) + 1)}
