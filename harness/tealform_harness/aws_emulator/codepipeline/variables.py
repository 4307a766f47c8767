"""References to variables in the configuration of actions: «#{SourceVariables.CommitId}».

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tealform_harness.aws_emulator.codepipeline.error import ActionError

# What every execution has, and the variables of the pipeline itself.
DEFAULT_NAMESPACES = ("codepipeline", "variables")

_REFERENCE = re.compile(r"#\{([^{}]*)\}")

Namespaces = Mapping[str, Mapping[str, str]]


def resolve_references(configuration: Mapping[str, str], namespaces: Namespaces) -> dict[str, str]:
    """``configuration`` with the values of the variables; raises ActionError if there is one that has none."""

    def value(found: re.Match[str]) -> str:
        namespace, _, name = found[1].partition(".")
        if name not in namespaces.get(namespace, {}):
            message = f"The variable {found[0]} in the action configuration could not be resolved"
            raise ActionError("ConfigurationError", message)
        return namespaces[namespace][name]

    return {key: _REFERENCE.sub(value, text) for key, text in configuration.items()}


def list_references(configuration: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The key, the text and the namespace of each reference in ``configuration``."""
    for key, text in configuration.items():
        for found in _REFERENCE.finditer(text):
            yield key, found[0], found[1].partition(".")[0]
