"""Load the files of an environment into settings, or report every mistake in them."""

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
from tealform.settings.errors import Locations, Problem, SettingPath, SettingsError
from tealform.settings.project import Project
from tealform.settings.rules import cross_environment, find_conflicts
from tealform.settings.rules.conflict import Conflict
from tealform.settings.types import Name

COMMON = "common.hcl"
FILE = "environment.hcl"
GENERATED = "cdk.tf.json"

# Blocks that can be given once, with their kind as label: an environment's own replaces the common one.
_CHOICES = ("state", "network", "source")
_ROUNDS = 5


@dataclass(frozen=True)
class LoadedEnvironment:
    """A valid environment, with the name of its folder, the lines of its settings, and the valid environments beside it."""

    name: str
    environment: Environment
    context: Context
    locations: Locations
    neighbors: Mapping[str, Environment] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The environment and its neighbors."""
        return Project({**self.neighbors, self.name: self.environment})


@dataclass(frozen=True)
class UncheckedValues:
    """The values in the files of an environment, valid or not, and their lines."""

    values: Mapping[str, Any]
    locations: Locations


def list_environments(environments: Path) -> list[str]:
    """Return the names of the environments in the folder ``environments``, in alphabetical order."""
    return sorted(file.parent.name for file in environments.glob(f"*/{FILE}"))


def load(environments: Path, name: str) -> LoadedEnvironment:
    """Load ``environments/<name>/environment.hcl`` over ``environments/common.hcl``, if there is one.

    Raises ``SettingsError`` with every mistake in the two files, and every conflict with the other environments.
    """
    loader = _loader(environments, name)
    others = {other: _load_neighbor(environments, other) for other in list_environments(environments) if other != name}
    mentioning = {other for other in others if _mention([environments / COMMON, environments / other / FILE], name)}
    return loader.load_among(others, mentioning)


def read_values(environments: Path, name: str) -> UncheckedValues | None:
    """Return what the files of an environment say, valid or not, or ``None`` if they cannot be read."""
    try:
        loader = _loader(environments, name)
    except SettingsError:
        return None
    return UncheckedValues(loader.values, loader.locations)


def read_account(environments: Path, name: str) -> str | None:
    """Return the account in the files of an environment, valid or not, or ``None`` if there is none."""
    given = read_values(environments, name)
    found = given.values.get("account") if given else None
    return found if isinstance(found, str) else None


def _load_neighbor(environments: Path, other: str) -> Environment | None:
    """Return another environment, or ``None`` if it is not valid in itself."""
    try:
        return _loader(environments, other).load_alone()
    except SettingsError:
        return None


def _mention(files: Iterable[Path], name: str) -> bool:
    """Return whether files, valid or not, may refer to the environment ``name``. A file that cannot be read may."""
    try:
        return any(f'"{name}"' in file.read_text("utf-8", "replace") for file in files if file.is_file())
    except OSError:
        return True


def _loader(environments: Path, name: str) -> _Loader:
    common = environments / COMMON
    # A dangling link is a mistake, not a missing file.
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
            self.values = _merge(self.values, document.values)
        lines = {path: line for document in documents for path, line in document.locations.items()}
        self.locations = Locations(documents[-1].file, lines)

    def load_among(self, others: Mapping[str, Environment | None], mentioning: set[str]) -> LoadedEnvironment:
        """Return the environment among ``others``, of which the invalid ones are ``None``.

        None of ``mentioning``, which refer to this environment, may be invalid: what they need of it must be known.
        """
        valid = {name: environment for name, environment in others.items() if environment is not None}
        broken = others.keys() - valid.keys()
        environment = self._check()
        self._compare(environment, Project(valid, frozenset(broken)), broken & mentioning)
        # What is valid in itself may still need something that another environment does not have.
        sound = cross_environment.drop_unsound(environment, self.name, valid)
        dropped = valid.keys() - sound.keys()
        self._compare(environment, Project(sound, frozenset(broken | dropped)), dropped & mentioning)
        escaped: Environment = _escape_templates(environment)
        return LoadedEnvironment(self.name, escaped, environment.context(self.name), self.locations, sound)

    def load_alone(self) -> Environment:
        """Return the environment if it is valid in itself."""
        environment: Environment = _escape_templates(self._check())
        self._raise_problems()
        return environment

    def _check(self) -> Environment:
        """Return the environment and note its mistakes. Raises ``SettingsError`` if they leave nothing to check further."""
        self._check_name()
        environment, self._replaced = self._validate()
        if environment is None:
            raise SettingsError(self.problems)
        self._note(find_conflicts(environment, self.name))
        return environment

    def _compare(self, environment: Environment, others: Project, invalid: Iterable[str]) -> None:
        """Check the environment against others. Raises ``SettingsError`` also for ``invalid``, which refer to it."""
        for other in sorted(invalid):
            message = f"environments/{other} speaks of this environment, and has mistakes of its own; mend them first"
            self._add_problem((), message)
        self._note(cross_environment.find_conflicts(environment, self.name, others))
        self._raise_problems()

    def _raise_problems(self) -> None:
        if self.problems:
            raise SettingsError(self.problems)

    def _note(self, conflicts: Iterable[Conflict]) -> None:
        """Note the conflicts that do not rest on values that nobody wrote."""
        for conflict in conflicts:
            about = {prefix for path in (conflict.path, *conflict.about) for prefix in _prefixes(path)}
            if not self._replaced & about and not _is_emptied(conflict.path, self._replaced):
                self._add_problem(conflict.path, conflict.message)

    def _check_name(self) -> None:
        try:
            TypeAdapter(Name).validate_python(self.name)
        except ValidationError as error:
            self._add_problem((), f"the folder's name: {error_messages.message_of(error.errors()[0])}")

    def _validate(self) -> tuple[Environment | None, set[SettingPath]]:
        """Return the environment, and the paths of what had to be replaced so that the rules can check the rest.

        Otherwise a misspelled key would hide, until the next run, that two services share a path.
        """
        values = copy.deepcopy(self.values)
        # A setting that could not be read is missing; one that was given twice is there once.
        replaced: set[SettingPath] = {problem.path for problem in self.problems if not _holds(values, problem.path)}
        for _ in range(_ROUNDS):
            try:
                return Environment.model_validate(values), replaced
            except ValidationError as error:
                for detail in error.errors():
                    path = error_messages.path_of(detail["loc"])
                    if not replaced & _prefixes(path) and not _is_emptied(path, replaced):
                        self._add_problem(path, error_messages.message_of(detail))
                    replaced |= {path, _up_to_list(path), *error_messages.meant_by(detail)}
                    _replace(values, path, detail)
        return None, replaced

    def _add_problem(self, path: SettingPath, message: str) -> None:
        self.problems.append(Problem(self.locations.find(path), path, message))


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge ``above`` over ``below``; what is null in ``above`` is removed."""
    merged = {key: value for key, value in below.items() if key not in above}
    for key, value in above.items():
        if isinstance(value, dict):
            under = below.get(key)
            if not isinstance(under, dict) or (key in _CHOICES and _labels(value) != _labels(under)):
                under = {}
            merged[key] = _merge(under, value)
        elif value is not None:
            merged[key] = value
    return merged


def _labels(block: dict[str, Any]) -> set[str]:
    return {key for key, value in block.items() if isinstance(value, dict)}


def _replace(values: dict[str, Any], path: SettingPath, detail: ErrorDetails) -> None:
    """Replace an invalid value by the example of a field that is required, and remove it otherwise."""
    *parents, last = _up_to_list(path)
    for part in parents:
        inner = values.get(str(part))
        if not isinstance(inner, dict):
            return
        values = inner
    values.pop(str(last), None)
    field = error_messages.field_at(detail["loc"])
    if detail["type"] == "missing" and field is not None and field.examples:
        values[str(last)] = field.examples[0]


def _up_to_list(path: SettingPath) -> SettingPath:
    for index, part in enumerate(path):
        if isinstance(part, int):
            return path[:index]
    return path


def _is_emptied(path: SettingPath, replaced: set[SettingPath]) -> bool:
    """Return whether a block is incomplete only because an invalid value in it has been removed."""
    return any(len(each) > len(path) and each[: len(path)] == path for each in replaced)


def _escape_templates(value: Any) -> Any:
    """Return the value with ``${`` and ``%{`` escaped, which Terraform evaluates wherever they are, also in JSON.

    The result is not validated again: escaped text may exceed a limit, but AWS never sees it.
    """
    match value:
        case BaseModel():
            # Defaults contain nothing to escape, and stay known as defaults.
            return value.model_copy(
                update={key: _escape_templates(getattr(value, key)) for key in value.model_fields_set}
            )
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case dict():
            return {key: _escape_templates(each) for key, each in value.items()}
        case tuple():
            return tuple(_escape_templates(each) for each in value)
    return value


def _holds(values: object, path: SettingPath) -> bool:
    for part in path:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _prefixes(path: SettingPath) -> set[SettingPath]:
    return {path[:length] for length in range(1, len(path) + 1)}
