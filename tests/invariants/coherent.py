"""Changes settings that were drawn one by one so that they go together, and most environments are accepted.

It uses no rule of the product: what it leaves wrong is refused, and the refusal is tested as well.
"""

from __future__ import annotations

import copy
import itertools
import re
from fnmatch import fnmatchcase
from typing import Any

Body = dict[str, Any]

TOOLS_ACCOUNT = "999988887777"
"""The account with the pipelines of environments that have them elsewhere."""

_ECR = "{account}.dkr.ecr.{region}.amazonaws.com/base:1"
_MEMORY = {256: 512, 512: 1024, 1024: 8192, 2048: 5120, 4096: 8192, 8192: 61440, 16384: 40960}
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]+")
_CODEDEPLOY = {
    "before_install",
    "after_install",
    "after_allow_test_traffic",
    "before_allow_traffic",
    "after_allow_traffic",
}
_NAMED = {"codecommit": "repository", "s3": "bucket"}
_PARTS = ("build", "cache", "scan", "smoke-test", "test")
_WITHOUT_CREDENTIALS = {"ecr-public", "kubernetes", "quay"}
_CREDENTIALS = "arn:aws:secretsmanager:{region}:{account}:secret:ecr-pullthroughcache/hub-AbCdEf"
_TEST_STAGES = {"after_allow_test_traffic", "test_traffic_shift", "post_test_traffic_shift"}


def make_coherent(values: Body) -> Body:
    """Return the values with as few changes as make them go together."""
    values = copy.deepcopy(values)
    _tags(values)
    _automation(values)
    if "service" in values:
        _services(values)
    else:
        for key in ("network", "load_balancer"):
            values.pop(key, None)
    _notifications(values)
    _registries(values)
    return values


def _services(values: Body) -> None:
    balancer = values.setdefault("load_balancer", {})
    if balancer.get("type") == "network":
        _network_load_balancer(values, balancer)
    _load_balancer(balancer)
    _network(values, bool(balancer.get("internal")))
    for key, service in values["service"].items():
        _service(key, service, values)
    if balancer.get("type") != "network":
        _routing(values["service"])
    _sources(values)


def _tags(values: Body) -> None:
    for key in [key for key in values.get("tags", {}) if key.lower() in ("project", "environment", "name")]:
        del values["tags"][key]


def _automation(values: Body) -> None:
    """Automation needs a remote state, and the organization of a workspace is given once."""
    automation, state = values.get("automation", {}), values.get("state", {})
    if "cloud" not in state:
        automation.pop("hcp_terraform", None)
    if "s3" not in state and "cloud" not in state:
        automation.pop("github", None)
    if "hcp_terraform" in automation:
        state["cloud"].setdefault("organization", "acme")
        for key in ("organization", "project", "hostname"):
            automation["hcp_terraform"].pop(key, None)
    for block in automation.values():
        block.pop("create_provider", None)
    if not automation:
        values.pop("automation", None)


def _network_load_balancer(values: Body, balancer: Body) -> None:
    for key in ("idle_timeout", "web_acl", "test_listener"):
        balancer.pop(key, None)
    values["service"] = dict(itertools.islice(values["service"].items(), 1))
    for service in values["service"].values():
        for key in ("hosts", "paths"):
            service.pop(key, None)
        service.get("scaling", {}).pop("requests_per_target", None)
        alarms = service.get("release", {}).get("alarms", {})
        for key in ("errors_percent", "latency_milliseconds"):
            alarms.pop(key, None)


def _load_balancer(balancer: Body) -> None:
    if "certificate" not in balancer:
        balancer["protocol"] = "http"
    elif balancer.get("protocol") == "http":
        del balancer["certificate"]
    if not balancer.get("ingress_cidrs"):
        balancer.pop("ingress_cidrs", None)
        if balancer.get("internal"):
            balancer["ingress_cidrs"] = ("10.0.0.0/8",)
    if balancer.get("test_port") in (80, 443):
        balancer["test_port"] += 1
    if balancer.get("test_listener") is False:
        balancer.pop("test_cidrs", None)


def _network(values: Body, internal: bool) -> None:
    network = values["network"]
    if "existing" in network:
        existing = network["existing"]
        key = "private_subnet_ids" if internal else "public_subnet_ids"
        ids = existing.get(key, ())
        existing[key] = ids if len(ids) > 1 else (*ids, "subnet-0c000001", "subnet-0c000002")
        return
    created = network.get("created", network)
    zone = values["region"]
    created["zones"] = created["zones"] if len(created["zones"]) > 1 else (f"{zone}a", f"{zone}c")
    prefix = int(created.get("cidr", "/16").split("/")[1])
    by_hand = "public_subnets" in created and "private_subnets" in created
    count = len(created["zones"])
    for key in ("public_subnets", "private_subnets"):
        created.pop(key, None)
    if by_hand:
        # Two rows of /27, from the beginning of the network and from the middle of its first /23.
        created["cidr"] = f"10.7.0.0/{min(max(prefix, 16), 22)}"
        created["public_subnets"] = tuple(f"10.7.0.{32 * part}/27" for part in range(count))
        created["private_subnets"] = tuple(f"10.7.1.{32 * part}/27" for part in range(count))
    elif not 16 <= prefix <= 23:
        created["cidr"] = "10.9.0.0/23"
    if created.get("nat") == "none":
        for service in values["service"].values():
            suffix = ".cn" if zone.startswith("cn-") else ""
            image = _ECR.format(account=values["account"], region=zone)
            service["bootstrap_image"] = image.replace("amazonaws.com", f"amazonaws.com{suffix}")


def _service(key: str, service: Body, values: Body) -> None:
    service["memory"] = _MEMORY[service.get("cpu", 256)]
    _ordered(service.get("tasks", {}), 2, 6)
    for schedule in service.get("scaling", {}).get("schedule", {}).values():
        _ordered(schedule, 0, 0)
    capacity = service.get("capacity", {})
    if capacity.get("on_demand") == 0:
        capacity["base"], capacity["spot"] = 0, max(1, capacity.get("spot", 0))
    check = service.get("health_check", {})
    if check.get("timeout", 5) >= check.get("interval", 15):
        check["timeout"], check["interval"] = 4, max(5, check.get("interval", 15))
    if any(low > high for low, high in re.findall(r"(\d+)-(\d+)", check.get("status", ""))):
        check["status"] = "200-299,404"
    for name in service.get("secrets", {}):
        service.get("environment", {}).pop(name, None)
    if service.get("exec"):
        service["read_only_root_filesystem"] = False
    if "egress_ports" in service:
        service["egress_ports"] = tuple(dict.fromkeys((*service["egress_ports"], 443)))
    _build(service, values)
    _release(service, values)
    _health_check(service)


def _health_check(service: Body) -> None:
    """Change it after the release, whose smoke test may ask for the same path, and whose alarms wait for tasks to start."""
    check, release = service.get("health_check", {}), service.get("release", {})
    test = release.get("smoke_test")
    if test is not None and test.get("path", "/") == check.get("path", "/"):
        test["expect"] = int(check.get("status", "200")[:3])
    waits = check.get("unhealthy", 3) * check.get("interval", 15) + 60 * release.get("alarms", {}).get("minutes", 3)
    if check.get("grace", 60) > waits:
        check["grace"] = waits


def _ordered(limits: Body, low: int, high: int) -> None:
    least, most = limits.get("min", low), limits.get("max", high)
    if least > most:
        limits["min"], limits["max"] = most, least


def _build(service: Body, values: Body) -> None:
    build, network = service.get("build", {}), values["network"]
    if "pipelines_in" in values:
        build.pop("vpc", None)
    for project in (build, service.get("test", {})):
        if any(name.isupper() for name in project.get("environment", {})):
            del project["environment"]
        for name in project.get("environment", {}):
            project.get("secrets", {}).pop(name, None)
        if values["region"].startswith("cn-"):
            project.pop("compute", None)
    if network.get("created", network).get("nat") == "none":
        build.pop("vpc", None)
    if build.get("cache") == "local" and (build.get("vpc") or build.get("compute") == "BUILD_GENERAL1_2XLARGE"):
        build["cache"] = "ecr"
    if "egress_ports" in build:
        build["egress_ports"] = tuple(dict.fromkeys((*build["egress_ports"], 443)))


def _registries(values: Body) -> None:
    for upstream, cache in values.get("pull_through_cache", {}).items():
        if upstream in _WITHOUT_CREDENTIALS:
            cache.pop("credentials", None)
        else:
            account = TOOLS_ACCOUNT if "pipelines_in" in values else values["account"]
            cache.setdefault("credentials", _CREDENTIALS.format(region=values["region"], account=account))


def _release(service: Body, values: Body) -> None:
    release = service.get("release", {})
    balancer = values["load_balancer"]
    engine = release.get("engine", "codedeploy")
    tested = balancer.get("test_listener", True)
    if balancer.get("type") == "network" and engine == "codedeploy":
        service["release"] = release
        release["strategy"] = "all_at_once"
    if engine == "ecs":
        release.pop("hold_minutes", None)
        for key in ("interval_minutes", "keep_blue_minutes"):
            release[key] = release.get(key, 5) % 1441 or 1
        release["percent"] = max(3, release.get("percent", 10))
    if not tested:
        release.pop("hold_minutes", None)
        release.pop("smoke_test", None)
    if release.get("strategy") == "linear":
        release["interval_minutes"] = min(release.get("interval_minutes", 5), release.get("percent", 10) * 10)
        release["keep_blue_minutes"] = min(release.get("keep_blue_minutes", 60), 600)
    release["hooks"] = {
        stage: arn
        for stage, arn in release.get("hooks", {}).items()
        if (stage in _CODEDEPLOY) == (engine == "codedeploy")
        and (tested or stage not in _TEST_STAGES)
        and not ("smoke_test" in release and stage == "after_allow_test_traffic")
    }
    if not release["hooks"]:
        del release["hooks"]
    _gates(release, engine)
    if "smoke_test" in release:
        _smoke_test(service, release["smoke_test"])
    if release:
        service["release"] = release


def _gates(release: Body, engine: str) -> None:
    if release.get("execution_mode") == "parallel":
        release.pop("on_success", None)
        if release.get("on_failure") == "rollback":
            del release["on_failure"]
        if engine == "codedeploy":
            del release["execution_mode"]
    before = release.get("before_entry")
    if before is not None and not before.get("alarms"):
        before.pop("wait_minutes", None)
        if not before.get("window"):
            del release["before_entry"]


def _notifications(values: Body) -> None:
    block = values.get("notifications", {})
    if "pipelines_in" in values:
        block.pop("topic", None)
    if "topic" in block:
        block.pop("emails", None)
    else:
        block.pop("topic_kms_key", None)
    if "notifications" in values and values["region"].startswith(("cn-", "us-gov-")):
        block["events"] = ()
        block.pop("slack", None)
        block.pop("teams", None)


def _smoke_test(service: Body, test: Body) -> None:
    asked = test.get("path", "/").partition("?")[0]
    if not any(fnmatchcase(asked, pattern) for pattern in service.get("paths", ())):
        service.pop("paths", None)
    test.pop("host", None)
    if service.get("hosts"):
        host = service["hosts"][0].replace("*", "a").replace("?", "b")
        if _HOST.fullmatch(host):
            test["host"] = host
        else:
            del service["hosts"]


def _routing(services: Body) -> None:
    """The lowest priority number comes first: a service that takes everything is the last, and the only one."""
    seen: set[tuple[str, str]] = set()
    for number, service in enumerate(services.values()):
        service["paths"] = tuple(path for path in service.get("paths", ()) if path not in ("/*", "*"))[:2]
        service["hosts"] = service.get("hosts", ())[:3]
        hosts = [host.lower() for host in service["hosts"]]
        routes = set(itertools.product(hosts or ["*"], service["paths"] or ["/*"]))
        if routes & seen:
            service["hosts"], service["paths"] = (f"h{number}.example.com",), ()
            service.get("release", {}).pop("smoke_test", None)
            routes = {(f"h{number}.example.com", "/*")}
        seen |= routes
        everything = not service["hosts"] and not service["paths"]
        service["priority"] = 50000 if everything else service.get("priority", 100) % 10000 * 4 + number + 1
        for part in ("hosts", "paths"):
            if not service[part]:
                del service[part]


def _sources(values: Body) -> None:
    """A source is created once and then has no foreign key; tags go without paths."""
    created: set[str] = set()
    for name, service in values["service"].items():
        for kind, source in service.get("source", {}).items():
            if kind in _NAMED:
                _created_once(source, _NAMED[kind], created)
            if source.get("create", True):
                source.pop("kms_key", None)
            if source.get("tags"):
                source.pop("paths", None)
                source.pop("ignore_paths", None)
            if kind == "promotion":
                service.pop("test", None)
        for part in _PARTS:
            if f"{name}-{part}" in values["service"]:
                _without(service, part)


def _created_once(source: Body, argument: str, created: set[str]) -> None:
    given = source.get(argument)
    if given is None:
        source.pop("create", None)
    elif source.get("create", True):
        if given in created:
            source["create"] = False
        created.add(given)


def _without(service: Body, part: str) -> None:
    """Remove a part of the service that has the name of another service, where it is optional."""
    match part:
        case "build":
            service.get("build", {}).pop("vpc", None)
        case "cache":
            service.get("build", {}).pop("cache", None)
        case "smoke-test":
            service.get("release", {}).pop("smoke_test", None)
        case _:
            service.pop(part, None)
