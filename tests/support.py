"""Environments for tests: written as their users write them, looked at as Terraform sees them."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tealform.policy import checkov_environment
from tealform.settings.errors import SettingsError
from tealform.settings.loader import LoadedEnvironment, load
from tealform.synth.app import App
from tealform.synth.synthesis import synthesize

Body = dict[str, Any]

ZONES = 'zones = ["eu-west-1a", "eu-west-1b"]'


def environment(
    service: str = "", network: str = ZONES, load_balancer: str = 'protocol = "http"', top: str = "", port: int = 8080
) -> str:
    """An environment.hcl with the least that is needed, and what the arguments put into its blocks or at its end."""
    return f"""
project = "shop"
region  = "eu-west-1"
account = "123456789012"
network {{
  {network}
}}
load_balancer {{
  {load_balancer}
}}
service "web" {{
  port = {port}
  {service}
}}
{top}
"""


def write_checkov(cache: Path, script: str) -> None:
    """Write a shell script in the place of the installed checkov, into the cache in that folder (see ``own_cache``)."""
    folder = cache / checkov_environment.name_folder()
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    python.chmod(0o755)
    (folder / checkov_environment.MARKER).touch()


def settings(text: str, name: str = "test", common: str | None = None) -> LoadedEnvironment:
    """Return the settings of an environment called ``name`` whose file says ``text``."""
    return project({name: text}, name, common)


def project(texts: Mapping[str, str], name: str, common: str | None = None) -> LoadedEnvironment:
    """Return the settings of the environment ``name`` in a project whose environments' files say ``texts``."""
    with tempfile.TemporaryDirectory() as scratch:
        environments = Path(scratch, "environments")
        for other, text in texts.items():
            (environments / other).mkdir(parents=True)
            (environments / other / "environment.hcl").write_text(text, encoding="utf-8")
        if common is not None:
            (environments / "common.hcl").write_text(common, encoding="utf-8")
        return load(environments, name)


def mistakes_among(texts: Mapping[str, str], name: str) -> list[str]:
    """Return the errors of the environment ``name`` of a project, a line each; nothing when it is valid."""
    return _mistakes(lambda: project(texts, name))


def mistakes(text: str, name: str = "test", common: str | None = None) -> list[str]:
    """Return the errors of an environment, a line each; nothing when it is valid."""
    return _mistakes(lambda: settings(text, name, common))


def _mistakes(load_settings: Callable[[], LoadedEnvironment]) -> list[str]:
    try:
        load_settings()
    except SettingsError as error:
        return str(error).splitlines()
    return []


class Template:
    """Generated Terraform, to be asked what is in it. It may be given as what generates it: most workers never ask."""

    def __init__(self, document: Body | Callable[[], Body]) -> None:
        self._document = document

    @functools.cached_property
    def document(self) -> Body:
        """The whole of it."""
        return self._document() if callable(self._document) else self._document

    def resources(self, kind: str) -> dict[str, Body]:
        """All resources of a type, by name."""
        found: dict[str, Body] = self.document["resource"].get(kind, {})
        return found

    def only(self, kind: str) -> Body:
        """The one resource of a type."""
        (resource,) = self.resources(kind).values()
        return resource

    def named(self, kind: str, name: str) -> Body:
        """The resource of a type whose name ends with ``name``."""
        (resource,) = (body for key, body in self.resources(kind).items() if key.endswith(name))
        return resource

    def statements(self, document: str) -> dict[str, Body]:
        """The statements, by sid, of the policy document whose name ends with ``document``."""
        documents = self.document["data"]["aws_iam_policy_document"]
        (found,) = (body for key, body in documents.items() if key.endswith(document))
        return {statement["sid"]: statement for statement in found["statement"]}


def generate_text(texts: Mapping[str, str], name: str) -> str:
    """Return the generated file of the environment ``name`` of a project."""
    with tempfile.TemporaryDirectory() as scratch:
        (text,) = synthesize([project(texts, name)], Path(scratch)).values()
    return text


def synth(root: Path, *names: str) -> None:
    """Generate environments of the repository in ``root``, which are valid; all if none is named."""
    assert App().synth(root, names, lambda _: None).errors == []


def bootstrap(root: Path) -> None:
    """Generate what the accounts of the repository in ``root`` need first."""
    assert App().bootstrap(root, lambda _: None).errors == []


def template(text: str, name: str = "test") -> Template:
    """Return what is generated for an environment called ``name`` whose file says ``text``."""
    return template_among({name: text}, name)


def template_among(texts: Mapping[str, str], name: str) -> Template:
    """Return what is generated for the environment ``name`` of a project."""
    return _template_among(tuple(texts.items()), name)


@functools.cache
def _template_among(texts: tuple[tuple[str, str], ...], name: str) -> Template:
    return Template(lambda: json.loads(generate_text(dict(texts), name)))
