"""An environment as the rules see it: its resources, the references between them, and their values.

Terraform's JSON has blocks alone or in a list, and numbers and truth also as text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from tealform.policy.checkov_input import construct_path
from tealform.synth import terraform_json
from tealform.synth.terraform_json import Resource, blocks

_REFERENCE = re.compile(r"\$\{((?:data\.)?aws_\w+\.[\w-]+)[.\[]")
_PRODUCTION = {"live", "prd", "prod", "production"}
_NEARLY = {"non", "not", "pre"}


class Environment:
    """One environment's generated Terraform.

    ``production`` says whether people depend on it: its name says so, or ``protected`` is set.
    """

    def __init__(self, name: str, document: Mapping[str, Any], *, protected: bool = False) -> None:
        self.name = name
        self.document = document
        self.production = protected or is_production(name)

    @cached_property
    def _all(self) -> tuple[Resource, ...]:
        return tuple(terraform_json.resources(self.document))

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for each in self._all:
            found[each.address.rpartition(".")[0]].append(each)
        return found

    @cached_property
    def _by_address(self) -> dict[str, Resource]:
        return {each.address: each for each in self._all}

    def resources(self, *types: str) -> tuple[Resource, ...]:
        """Return the resources of these types; ``data.aws_iam_policy_document`` is that data source.

        Two more types exist: ``provider.aws``, each configuration of the provider, and ``root``, the whole document.
        """
        found = [each for kind in types for each in self._by_type.get(kind, ())]
        if "provider.aws" in types:
            found += self._providers()
        if "root" in types:
            # Its address is the name of the generated file.
            found.append(Resource("root", "cdk", "tf.json", dict(self.document)))
        return tuple(found)

    def _providers(self) -> Iterator[Resource]:
        for providers in blocks(self.document.get("provider")):
            for body in blocks(providers.get("aws")):
                name = f"aws.{body['alias']}" if body.get("alias") else "aws"
                yield Resource("provider", "provider", name, body)

    def get(self, address: str) -> Resource | None:
        """Return the resource at an address like ``aws_vpc.main``."""
        return self._by_address.get(address)

    def referred(self, value: object) -> tuple[Resource, ...]:
        """Return the resources that a value (a text, list or block) refers to, in its order."""
        return tuple(self._by_address[address] for address in references(value) if address in self._by_address)

    def referring(self, resource: Resource, kind: str, attribute: str) -> tuple[Resource, ...]:
        """Return the resources of type ``kind`` whose ``attribute`` refers to ``resource``."""
        return tuple(each for each in self.resources(kind) if resource.address in references(each.body.get(attribute)))

    def path(self, resource: Resource) -> str:
        """Return the construct path below the environment, like ``service-web/service``; empty if there is none."""
        return construct_path(resource.body).partition("/")[2]


def is_production(name: str) -> bool:
    """Return whether a name means production: ``prod``, ``prod-eu`` and ``live`` do, ``pre-prod`` does not."""
    words = set(name.split("-"))
    return not words.isdisjoint(_PRODUCTION) and words.isdisjoint(_NEARLY)


def references(value: object) -> tuple[str, ...]:
    """Return the addresses that a value refers to by ``${…}``, in its order."""
    return tuple(dict.fromkeys(address for text in _texts(value) for address in _REFERENCE.findall(text)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def at(body: object, *path: str) -> Any:
    """Return the value at the end of ``path``, by the first block of each name; None if the path ends before."""
    for key in path:
        body = next(blocks(body), {}).get(key)
    return body


def items(value: object) -> list[Any]:
    """Return the elements of a list; a single value is a list of one, None is an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def is_true(value: object) -> bool:
    """Return whether a value is ``true``, or the text ``"true"``."""
    return value is True or value == "true"


def number(value: object) -> int | None:
    """Return the whole number that a value is, or is the text of; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def ignored(body: Mapping[str, Any]) -> list[str]:
    """Return what ``lifecycle.ignore_changes`` of a resource names."""
    return [str(each) for each in items(at(body, "lifecycle", "ignore_changes"))]


def shown(value: object) -> str:
    """Render a value for a message: true and false as Terraform writes them, None as missing."""
    if value is None:
        return "missing"
    return str(value).lower() if isinstance(value, bool) else str(value)
