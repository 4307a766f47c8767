"""Environments as users could write them, and the files that say them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tealform.settings.build import Build, PullThroughCache, SourceTest
from tealform.settings.environment import Environment
from tealform.settings.load_balancer import LoadBalancer
from tealform.settings.network import CreatedNetwork, ExistingNetwork
from tealform.settings.notifications import Notifications
from tealform.settings.release import Hooks, OnSuccess
from tealform.settings.schedules import Schedule
from tealform.settings.service import Scaling, Service
from tealform.settings.source import S3, Bitbucket, GitHub, GitLab
from tests.invariants import derived
from tests.invariants.coherent import Body, make_coherent
from tests.invariants.projects import ACCOUNT, detach, join

REGIONS = ("eu-west-1", "us-east-1", "ap-northeast-1", "us-gov-west-1", "cn-north-1")
_IN_COMMON = st.integers(0, 3)

# Names that meet others once something is added to them: what is called `web-deploy` by one service, or because of it.
_SUFFIXES = (
    "blue",
    "build",
    "cache",
    "clone",
    "deploy",
    "execution",
    "hooks",
    "image",
    "pipeline",
    "prepare",
    "push",
    "scan",
    "smoke-test",
    "task",
    "test",
)

# Blocks that have a label, and objects whose keys are the user's own.
_LABELLED = {"pull_through_cache", "schedule", "service", "source", "state"}
_OBJECTS = {"environment", "secrets", "tags"}
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True)
class Example:
    """The values of each environment by name, and how many of the top-level keys that all share are in common.hcl."""

    values: Mapping[str, Body]
    in_common: int = 0

    @property
    def _shared(self) -> Body:
        first, *others = self.values.values()
        same = [key for key in first if all(key in other and other[key] == first[key] for other in others)]
        return {key: first[key] for key in same[: self.in_common]}

    @property
    def own(self) -> dict[str, str]:
        """Each environment's own file."""
        return {
            name: to_hcl({key: value for key, value in values.items() if key not in self._shared})
            for name, values in self.values.items()
        }

    @property
    def common(self) -> str | None:
        """What environments share, if anything."""
        return to_hcl(self._shared) if self._shared else None

    def __repr__(self) -> str:
        files = {"common.hcl": self.common or "", **{f"{name}/environment.hcl": own for name, own in self.own.items()}}
        return "\n".join(f"environments/{file}:\n{text}" for file, text in files.items())


def environments(name: str) -> SearchStrategy[Example]:
    """Environments without others, of which nearly all are valid."""
    return st.builds(
        lambda values, common: Example({name: make_coherent(detach(values))}, common), _values(), _IN_COMMON
    )


def projects() -> SearchStrategy[Example]:
    """Two or three environments that concern each other, of which most are valid."""
    return st.builds(Example, st.sampled_from(REGIONS).flatmap(lambda region: join(_in_region(region))), _IN_COMMON)


def free_environments(name: str) -> SearchStrategy[Example]:
    """Environments in which each value is allowed in its place, but they go together only by chance."""
    return st.builds(lambda values, common: Example({name: values}, common), _values(), _IN_COMMON)


@st.composite
def broken_environments(draw: DrawFn, name: str) -> Example:
    """Environments with a mistake in them."""
    example = draw(st.one_of(environments(name), free_environments(name)))
    for _ in range(draw(st.integers(1, 3))):
        _break(draw, example.values[name])
    return example


def _break(draw: DrawFn, values: Body) -> None:
    key = draw(st.sampled_from(sorted(values))) if values else "nothing"
    inner = values.get(key)
    if isinstance(inner, dict) and draw(st.integers(0, 5)):
        _break(draw, inner)
        return
    match draw(st.sampled_from(["value", "key", "nothing"])):
        case "value":
            values[key] = draw(_nonsense())
        case "key":
            values[f"{key}s"] = values.pop(key, "x")
        case _:
            values.pop(key, None)


def _nonsense() -> SearchStrategy[Any]:
    plain = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**19), 10**19),
        st.floats(-1e6, 1e6),
        derived.text(),
        st.just("${var.x}"),
    )
    return st.one_of(plain, st.lists(plain, max_size=2), st.dictionaries(_names(), plain, max_size=2))


def _names() -> SearchStrategy[str]:
    plain = st.sampled_from(["a", "web", "api", "w0-1"])
    return st.one_of(plain, st.builds("{}-{}".format, plain, st.sampled_from(_SUFFIXES)))


def _values() -> SearchStrategy[Body]:
    return st.sampled_from(REGIONS).flatmap(_in_region)


@functools.cache
def _in_region(region: str) -> SearchStrategy[Body]:
    """Environments in one region. They have services, and so a network: without, little would be left."""
    special = _special(region)
    rest = derived.block(Environment, special)
    network = derived.field(Environment, "network", special)
    return st.builds(
        lambda network, service, values: {"network": network, "service": service} | values,
        network,
        special[Environment, "service"],
        rest,
    )


def _special(region: str) -> dict[tuple[type, str], SearchStrategy[Any]]:
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")

    def arn(service: str, resource: str) -> str:
        return f"arn:{partition}:{service}:{region}:{ACCOUNT}:{resource}"

    functions = st.sampled_from(["look", "look:1", "look:live", "a_b", "c" * 64]).map(
        lambda name: arn("lambda", f"function:{name}")
    )
    special: dict[tuple[type, str], SearchStrategy[Any]] = {
        (Environment, "project"): st.sampled_from(["shop", "s", "a-b"]),
        (Environment, "region"): st.just(region),
        (Environment, "account"): st.just(ACCOUNT),
        (CreatedNetwork, "cidr"): derived.networks(14, 28).map(lambda cidr: "10." + cidr.split(".", 1)[1]),
        (CreatedNetwork, "zones"): st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True).map(
            lambda letters: tuple(f"{region}{letter}" for letter in letters)
        ),
        (ExistingNetwork, "public_subnet_ids"): _subnet_ids("subnet-0a"),
        (ExistingNetwork, "private_subnet_ids"): _subnet_ids("subnet-0b"),
        (LoadBalancer, "certificate"): st.one_of(
            st.just(arn("acm", "certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f")),
            st.just(f"arn:{partition}:iam::{ACCOUNT}:server-certificate/shop"),
        ),
        (LoadBalancer, "web_acl"): st.just(arn("wafv2", "regional/webacl/shop/3f1c8a52")),
        (Notifications, "topic"): st.just(arn("sns", "operations")),
        (Notifications, "topic_kms_key"): st.just(arn("kms", "key/0f4b2c1d")),
        (OnSuccess, "alarms"): st.sampled_from([("orders-too-few",), ("a b", "${c}")]),
        (PullThroughCache, "credentials"): st.just(arn("secretsmanager", "secret:ecr-pullthroughcache/hub-AbCdEf")),
        **{(each, "secrets"): _secrets(arn) for each in (Build, SourceTest)},
        (Scaling, "schedule"): st.dictionaries(_names(), derived.block(Schedule, {}), max_size=2),
        # An old connection, with the service's old name in its ARN, is one that the linter of policies does not know.
        **{
            (each, "connection"): st.just(arn("codeconnections", "connection/01234567-89ab-cdef-0123-456789abcdef"))
            for each in (GitHub, GitLab, Bitbucket)
        },
        (S3, "kms_key"): st.just(arn("kms", "key/0f4b2c1d")),
        **{(Hooks, stage): functions for stage in Hooks.model_fields},
    }
    one = derived.block(Service, special)
    special[Environment, "service"] = st.integers(1, 3).flatmap(
        lambda count: st.dictionaries(_names(), one, min_size=count, max_size=count)
    )
    return special


def _secrets(arn: Callable[[str, str], str]) -> SearchStrategy[dict[str, str]]:
    kept = [
        arn("secretsmanager", "secret:shop/npm-AbCdEf"),
        arn("secretsmanager", "secret:shop/npm-AbCdEf:token::"),
        arn("ssm", "parameter/level"),
        arn("ssm", "parameter/shop/licence"),
    ]
    return st.dictionaries(st.sampled_from(["TOKEN", "Licence2", "_x"]), st.sampled_from(kept), max_size=3)


def _subnet_ids(prefix: str) -> SearchStrategy[tuple[str, ...]]:
    ids = st.integers(0, 10**6).map(lambda number: f"{prefix}{number:08x}")
    return st.lists(ids, min_size=1, max_size=3, unique=True).map(tuple)


def to_hcl(values: Mapping[str, Any]) -> str:
    """Return the file that says ``values``: blocks are dictionaries, one level deeper per label."""
    return "\n".join(_body(values)) + "\n"


def _body(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if not isinstance(value, dict) or key in _OBJECTS:
            yield f"{indent}{key} = {_literal(value)}"
        elif value and _is_labelled(key, value):
            for label, inner in value.items():
                yield from _block(f"{key} {_literal(label)}", inner, indent)
        else:
            yield from _block(key, value, indent)


def _is_labelled(key: str, value: Mapping[str, Any]) -> bool:
    of_kind = key == "network" and value.keys() in ({"existing"}, {"created"})
    return (key in _LABELLED or of_kind) and all(isinstance(inner, dict) for inner in value.values())


def _block(header: str, body: Mapping[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}{header} {{"
    yield from _body(body, f"{indent}  ")
    yield f"{indent}}}"


def _literal(value: object) -> str:
    """Return a value as HCL writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{_escaped(value)}"'
        case list() | tuple():
            return f"[{', '.join(map(_literal, value))}]"
        case dict():
            return f"{{ {', '.join(f'{_literal(key)} = {_literal(each)}' for key, each in value.items())} }}"
    return str(value)


def _escaped(value: str) -> str:
    escaped = "".join(_ESCAPES.get(each, each if each.isprintable() else _code(each)) for each in value)
    return escaped.replace("${", "$${").replace("%{", "%%{")


def _code(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
