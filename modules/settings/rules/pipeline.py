"""Sources and builds that do not get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator

from modules.context import Context
from modules.release_contract import CODEBUILD_VARIABLE_LENGTH, RESERVED_VARIABLES
from modules.settings.environment import Environment
from modules.settings.problems import Path_
from modules.settings.rules.conflict import Conflict

_OF_THE_SHELL = {"BASH_ENV", "ENV", "HOME", "IFS", "PATH", "SHELL"}


def repositories(environment: Environment, name: str) -> Iterator[Conflict]:
    """A repository that is not created is named, and one is created once."""
    context = Context(environment.project, name, environment.region, environment.account)
    created: dict[str, str] = {}
    for key, service in environment.service.items():
        path: Path_ = ("service", key, "source", "codecommit", "repository")
        about: tuple[Path_, ...] = ((*path[:-1], "create"),)
        if not service.source.create:
            if service.source.repository is None:
                yield Conflict(path, "is missing; with create = false, name the repository that exists", about)
            continue
        first = created.setdefault(service.source.repository or context.name(key), key)
        if first != key:
            message = f'"{service.source.repository}" is created by service.{first} already; use create = false here'
            yield Conflict(path, message, about)


def build_variables(environment: Environment, name: str) -> Iterator[Conflict]:
    """A user's build variables do not replace those that the build works with, and fit."""
    for key, service in environment.service.items():
        for variable, value in service.build.environment.items():
            path: Path_ = ("service", key, "build", "environment", variable)
            if variable in RESERVED_VARIABLES | _OF_THE_SHELL or variable.startswith(("CODEBUILD_", "AWS_")):
                yield Conflict(path, "this name belongs to CodeBuild or to the release contract; use another")
            if len(value) > CODEBUILD_VARIABLE_LENGTH:
                yield Conflict(
                    path, f"has {len(value)} characters; CodeBuild's variables hold {CODEBUILD_VARIABLE_LENGTH}"
                )


RULES = (repositories, build_variables)
