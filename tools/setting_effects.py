"""Finds when a changed setting of a service takes effect, by generating it changed and comparing the results."""

from __future__ import annotations

import copy
import itertools
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tealform.naming import Context
from tealform.settings.environment import Environment
from tealform.settings.errors import Locations
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.release_templates import FILES, TASKDEF

FILE = Path("docs", "releases.md")

_BEGIN, _END = (
    "<!-- effects: made by `make docs`, from what each setting changes in the generated Terraform -->\n",
    "<!-- /effects -->",
)

Json = dict[str, Any]

_FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:look"
_KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
_CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/token-Ab12Cd"

_BASE: Json = {
    "port": 8080,
    "health_check": {"path": "/health"},
    "tasks": {"min": 2, "max": 6},
    "scaling": {"requests_per_target": 1000},
    "source": {"codecommit": {}},
    "build": {},
    "scan": {},
    "test": {},
    "capacity": {},
    "release": {
        "smoke_test": {"path": "/health"},
        "before_entry": {"window": {"cron": "* * 9-16 ? * MON-FRI *"}, "alarms": ("busy",)},
        "on_success": {"alarms": ("orders",)},
    },
}

CHANGES: Mapping[str, object] = {
    "port": 9090,
    "cpu": 512,
    "memory": 1024,
    "architecture": "arm64",
    "tasks.min": 3,
    "tasks.max": 7,
    "scaling.cpu_percent": 50,
    "scaling.memory_percent": 50,
    "scaling.requests_per_target": 500,
    "scaling.schedule": {"night": {"at": "cron(0 20 * * ? *)", "min": 1, "max": 2}},
    "capacity.base": 1,
    "capacity.on_demand": 2,
    "capacity.spot": 1,
    "environment": {"LEVEL": "info"},
    "secrets": {"TOKEN": _SECRET},
    "secrets_kms_keys": (_KEY,),
    "task_policies": ("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess",),
    "egress_ports": (443, 5432),
    "hosts": ("www.example.com",),
    "paths": ("/health",),
    "priority": 49000,
    "health_check.path": "/ready",
    "health_check.status": "204",
    "health_check.interval": 30,
    "health_check.timeout": 6,
    "health_check.healthy": 3,
    "health_check.unhealthy": 4,
    "health_check.grace": 90,
    "read_only_root_filesystem": False,
    "writable_paths": ("/tmp",),
    "exec": True,
    "stop_timeout": 60,
    "deregistration_delay": 60,
    "bootstrap_image": "public.ecr.aws/nginx/nginx:stable",
    "source.codecommit.repository": "other",
    "source.codecommit.create": False,
    "source.codecommit.branch": "release",
    "source.codecommit.approvals": 2,
    "source.s3.bucket": "other",
    "source.s3.create": False,
    "source.s3.key": "other.zip",
    "source.s3.kms_key": _KEY,
    **{
        f"source.{host}.{key}": value
        for host in ("github", "gitlab", "bitbucket")
        for key, value in {
            "repository": "acme/other",
            "branch": "release",
            "connection": _CONNECTION,
            "tags": ("v*",),
            "paths": ("web/**",),
            "ignore_paths": ("docs/**",),
        }.items()
    },
    "source.promotion.environment": "other",
    "build.buildspec": "ci/buildspec.yml",
    "build.compute": "BUILD_GENERAL1_LARGE",
    "build.timeout_minutes": 60,
    "build.environment": {"STAGE": "prod"},
    "build.secrets": {"TOKEN": _SECRET},
    "build.secrets_kms_keys": (_KEY,),
    "build.cache": "ecr",
    "build.vpc": True,
    "build.egress_ports": (443, 8081),
    "build.keep_images": 50,
    "scan.stop_at": "CRITICAL",
    "scan.ignore": ("CVE-2026-12345",),
    "scan.timeout_minutes": 30,
    "test.buildspec": "ci/testspec.yml",
    "test.compute": "BUILD_GENERAL1_LARGE",
    "test.timeout_minutes": 60,
    "test.docker": True,
    "test.environment": {"STAGE": "prod"},
    "test.secrets": {"TOKEN": _SECRET},
    "test.secrets_kms_keys": (_KEY,),
    "release.strategy": "all_at_once",
    "release.percent": 20,
    "release.interval_minutes": 10,
    "release.hold_minutes": 30,
    "release.keep_blue_minutes": 120,
    "release.approval": True,
    "release.approval_timeout_minutes": 60,
    "release.execution_mode": "queued",
    "release.before_entry.window.cron": "* * * ? * SUN *",
    "release.before_entry.window.timezone": "Europe/Berlin",
    "release.before_entry.alarms": ("queue-age",),
    "release.before_entry.wait_minutes": 10,
    "release.on_success.alarms": ("queue-age",),
    "release.on_success.minutes": 30,
    "release.on_failure": "retry",
    "release.alarms.unhealthy_targets": 2,
    "release.alarms.errors_percent": 10,
    "release.alarms.latency_milliseconds": 500,
    "release.alarms.latency_percentile": "p99",
    "release.alarms.from_requests": 100,
    "release.alarms.minutes": 5,
    "release.alarms.names": ("queue-age",),
    "release.hooks": {"codedeploy": {"before_install": _FUNCTION}, "ecs": {"pre_scale_up": _FUNCTION}},
    "release.smoke_test": {"path": "/health"},
    "release.smoke_test.path": "/ready",
    "release.smoke_test.expect": 204,
    "release.smoke_test.host": "www.example.com",
    "release.smoke_test.timeout_seconds": 90,
}
"""Every setting of a service but ``release.engine`` and the kind of its source, with another value than it has."""

# Without effect unless another setting is as it says here; for one setting, or for a kind of source.
_NEEDS: Mapping[str, Json] = {
    "memory": {"cpu": 512},
    "build.egress_ports": {"build.vpc": True},
    "release.approval_timeout_minutes": {"release.approval": True},
    "release.smoke_test": {"release.smoke_test": None},
    "source.codecommit.create": {"source.codecommit.repository": "other"},
    "source.s3": {"source": {"s3": {"bucket": "drops"}}},
    "source.s3.kms_key": {"source": {"s3": {"bucket": "drops", "create": False}}},
    **{f"source.{host}": {"source": {host: {"repository": "acme/web"}}} for host in ("github", "gitlab", "bitbucket")},
    "source.promotion": {"source": {"promotion": {"environment": "before"}}},
}
_ONLY_CODEDEPLOY = {"release.hold_minutes"}

# How Terraform goes about a resource, which AWS does not see.
_META = {"//", "depends_on", "lifecycle", "timeouts"}


@dataclass
class Effect:
    """When a change of ``setting`` takes effect.

    ``arguments`` are those that Terraform changes, as type and argument; ``files`` carry it with the next release.
    """

    setting: str
    engine: str
    arguments: set[tuple[str, str]] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        ways = ["apply"] if self.arguments else []
        if self.begins_deployment:
            ways = ["apply, which begins a deployment"]
        if self.files:
            ways.append(f"next release ({' and '.join(sorted(self.files, reverse=True))})")
        return "; ".join(ways) or "creation only"

    @property
    def begins_deployment(self) -> bool:
        """Whether the apply makes ECS start a blue/green deployment: Terraform forces it to."""
        return self.engine == "ecs" and any(kind == "aws_ecs_service" for kind, _ in self.arguments)


def effects(engine: str, names: Iterable[str] = CHANGES) -> list[Effect]:
    """Return the effect of each of the settings ``names`` with an engine, without those that it does not have."""
    wanted = [name for name in names if engine == "codedeploy" or name not in _ONLY_CODEDEPLOY]
    before = {name: _with(_BASE, {"release.engine": engine, **_needs(name)}) for name in wanted}
    after = {name: _with(before[name], {name: _value(name, engine)}) for name in wanted}
    # All in one environment, a service each: many at once are quicker than one after the other.
    different = [service for index, service in enumerate(before.values()) if service not in [*before.values()][:index]]
    services = {f"a{number:03}": service for number, service in enumerate(different)}
    services |= {f"b{number:03}": service for number, service in enumerate(after.values())}
    document = _generated(services)
    return [
        _effect(
            name,
            _resources(document, f"a{different.index(before[name]):03}"),
            _resources(document, f"b{number:03}"),
            engine,
        )
        for number, name in enumerate(wanted)
    ]


def _needs(name: str) -> Json:
    kind = ".".join(name.split(".")[:2])
    return _NEEDS.get(name) or (_NEEDS.get(kind, {}) if name.startswith("source.") else {})


def _value(name: str, engine: str) -> object:
    change = CHANGES[name]
    return change[engine] if name == "release.hooks" and isinstance(change, dict) else change


def _with(block: Json, changes: Mapping[str, object]) -> Json:
    changed = copy.deepcopy(block)
    for path, value in changes.items():
        *way, last = path.split(".")
        inner = changed
        for part in way:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return changed


def _generated(services: Mapping[str, Json]) -> Json:
    # Here, because CDKTF takes a moment to load.
    from tealform.synth.synthesis import synthesize

    subnets = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
    network = {"vpc_id": "vpc-0123456789abcdef0", "public_subnet_ids": subnets, "private_subnet_ids": subnets}
    context = Context("shop", "test", "eu-west-1", "123456789012")
    # Not held to the rules between settings: here they are changed one at a time.
    environment, before = (
        Environment.model_validate(
            {
                "project": context.project,
                "region": context.region,
                "account": context.account,
                "network": {"existing": network},
                "load_balancer": {"protocol": "http"},
                "service": each,
            }
        )
        for each in (services, {key: {"port": 8080} for key in services})
    )
    with tempfile.TemporaryDirectory() as scratch:
        neighbours = {"before": before, "other": before}
        settings = LoadedEnvironment(context.environment, environment, context, Locations(Path(), {}), neighbours)
        (text,) = synthesize([settings], Path(scratch)).values()
    document: Json = json.loads(text)
    return document


def _resources(document: Json, service: str) -> dict[tuple[str, str], Json]:
    """Return the resources and data sources of one service, by type and name, as if it were called ``service``."""
    found = {}
    for kinds in (document["resource"], document["data"]):
        for kind, bodies in kinds.items():
            for name, body in bodies.items():
                if f"-{service}_" in name:
                    renamed = json.dumps([name, body]).replace(service, "service")
                    found[kind, json.loads(renamed)[0]] = json.loads(renamed)[1]
    return found


def _effect(
    setting: str, before: dict[tuple[str, str], Json], after: dict[tuple[str, str], Json], engine: str
) -> Effect:
    effect = Effect(setting, engine)
    for kind, name in sorted(before.keys() | after.keys()):
        one, other = before.get((kind, name), {}), after.get((kind, name), {})
        for argument in sorted((one.keys() | other.keys()) - _META):
            if one.get(argument) != other.get(argument):
                _note(effect, kind, argument, one, other)
    if engine == "ecs":
        effect.files &= {TASKDEF}
    return effect


def _note(effect: Effect, kind: str, argument: str, before: Json, after: Json) -> None:
    if kind == "aws_codebuild_project" and argument == "environment":
        changed = _variables(before) ^ _variables(after)
        effect.files |= {file for variable, _ in changed for file in FILES.get(variable, ())}
        if any(variable not in FILES for variable, _ in changed) or _machine(before) != _machine(after):
            effect.arguments.add((kind, argument))
    elif kind == "aws_ecs_task_definition":
        # A revision is registered, and nobody runs it.
        return
    elif argument not in before.get("lifecycle", {}).get("ignore_changes", ()):
        effect.arguments.add((kind, argument))


def _variables(project: Json) -> set[tuple[str, str]]:
    variables = project.get("environment", {}).get("environment_variable", ())
    return {(variable["name"], variable["value"]) for variable in variables}


def _machine(project: Json) -> Json:
    return {key: value for key, value in project.get("environment", {}).items() if key != "environment_variable"}


def table() -> str:
    """Return a Markdown table of when each setting of a service takes effect, one row for equal neighbors."""
    engines = ("codedeploy", "ecs")
    found = {(effect.setting, engine): str(effect) for engine in engines for effect in effects(engine)}
    cells = {name: tuple(found.get((name, engine), "—") for engine in engines) for name in CHANGES}
    rows = [
        f"| {', '.join(f'`{name}`' for name in names)} | {' | '.join(alike)} |"
        for (_, alike), names in itertools.groupby(cells, key=lambda name: (name.rpartition(".")[0], cells[name]))
    ]
    head = ["| setting of a service | engine `codedeploy` | engine `ecs` |", "|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def write(root: Path) -> Path:
    """Write the table into the page about releases in ``root`` and return its path."""
    file = root / FILE
    before, _, rest = file.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    file.write_text("".join([before, _BEGIN, table(), _END, after]), encoding="utf-8")
    return file


def committed(root: Path) -> str:
    """Return the table that the page in ``root`` has."""
    _, _, rest = (root / FILE).read_text(encoding="utf-8").partition(_BEGIN)
    return rest.partition(_END)[0]
