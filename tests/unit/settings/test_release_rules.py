"""Releases by engine, load balancer and stage: for each rule what it accepts, and what it refuses with which message."""

import pytest

from tealform.settings.release import Release
from tests.support import environment, mistakes

FILE = "environments/test/environment.hcl"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:look"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
WEB_ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/3f1c8a52"

HTTP = 'protocol = "http"'
NO_TEST = 'protocol = "http"\n  test_listener = false'
NETWORK = 'type = "network"\n  protocol = "http"'
ALL_AT_ONCE = 'release { strategy = "all_at_once" }'


def web(service: str = "", load_balancer: str = HTTP, top: str = "") -> str:
    """Line 9 is the load balancer's first; line 13 the service's, and a line more for each more of the load balancer."""
    return environment(service=service, load_balancer=load_balancer, top=top)


def release(*lines: str, load_balancer: str = HTTP, service: str = "") -> str:
    """Line 14 is the first of ``lines``."""
    return web("\n".join(("release {", *lines, "}", service)), load_balancer)


def names(count: int, *lines: str) -> str:
    own = ", ".join(f'"own-{number}"' for number in range(count))
    return "\n".join(("alarms {", f"names = [{own}]", *lines, "}"))


def before(*lines: str) -> str:
    """Line 15 is the first of ``lines``."""
    return release("before_entry {", *lines, "}")


def after(*lines: str) -> str:
    """Line 15 is the first of ``lines``."""
    return release("on_success {", *lines, "}")


def window(cron: str = "* * 9-16 ? * MON-FRI *", *lines: str) -> str:
    return "\n".join(("window {", f'cron = "{cron}"', *lines, "}"))


def alarms(count: int) -> str:
    own = ", ".join(f'"own-{number}"' for number in range(count))
    return f"alarms = [{own}]"


def hook(stage: str, function: str = FUNCTION) -> str:
    return f'hooks {{ {stage} = "{function}" }}'


ECS, LINEAR, CANARY = 'engine = "ecs"', 'strategy = "linear"', 'strategy = "canary"'
PARALLEL, QUEUED = 'execution_mode = "parallel"', 'execution_mode = "queued"'

ACCEPTED = {
    # waits
    "codedeploy waits two days at each place": release("interval_minutes = 2880", "keep_blue_minutes = 2880", "hold_minutes = 1439"),
    "codedeploy just below five days": release(LINEAR, "percent = 50", "interval_minutes = 2000", "keep_blue_minutes = 2319", "hold_minutes = 2880"),
    "ecs waits a day": release(ECS, "interval_minutes = 659", "keep_blue_minutes = 1440"),
    "ecs has no interval all at once": release(ECS, 'strategy = "all_at_once"', "interval_minutes = 2880"),
    "ecs is watched for 35 hours": release(ECS, LINEAR, "percent = 50", "interval_minutes = 660", "keep_blue_minutes = 1440"),
    "ecs steps by three percent": release(ECS, LINEAR, "percent = 3", "interval_minutes = 1"),
    "ecs has a canary of one percent": release(ECS, CANARY, "percent = 1"),
    "codedeploy steps by one percent": release(LINEAR, "percent = 1", "interval_minutes = 1"),
    # hold
    "held with a test listener": release("hold_minutes = 60"),
    "not held without one": release("hold_minutes = 0", load_balancer=NO_TEST),
    # network load balancers
    "all at once": web(ALL_AT_ONCE, NETWORK),
    "ecs divides it": release(ECS, CANARY, load_balancer=NETWORK),
    "ecs divides it in steps": release(ECS, LINEAR, load_balancer=NETWORK),
    "tls": web(ALL_AT_ONCE, f'type = "network"\n  certificate = "{CERTIFICATE}"'),
    "tls with a test port where nothing redirects": web(ALL_AT_ONCE, f'type = "network"\n  certificate = "{CERTIFICATE}"\n  test_port = 80'),
    # hooks
    **{
        f"codedeploy {stage}": release(hook(stage))
        for stage in ("before_install", "after_install", "after_allow_test_traffic", "before_allow_traffic", "after_allow_traffic")
    },
    **{
        f"ecs {stage}": release(ECS, hook(stage))
        for stage in (
            *("reconcile_service", "pre_scale_up", "post_scale_up", "test_traffic_shift", "post_test_traffic_shift"),
            *("production_traffic_shift", "post_production_traffic_shift"),
        )
    },
    "a version of a function": release(hook("before_install", f"{FUNCTION}:live")),
    "hooks without test traffic": release(hook("after_install"), load_balancer=NO_TEST),
    # smoke tests
    "a smoke test": release("smoke_test {}"),
    "beside a hook elsewhere": release("smoke_test {}", hook("before_install")),
    "beside a hook of ecs": release(ECS, "smoke_test {}", hook("post_test_traffic_shift")),
    "a path that leads here": release('smoke_test { path = "/api/health?full=1" }', service='paths = ["/api/*"]'),
    "a host that leads here": release('smoke_test { host = "WWW.example.com" }', service='hosts = ["*.example.com"]'),
    "the first of several hosts": release("smoke_test {}", service='hosts = ["a.example.com", "*.example.com"]'),
    "what the health check of the same path wants": release('smoke_test {\n path = "/well"\n expect = 204\n}', service='health_check {\n path = "/well"\n status = "200-299"\n}'),
    "what only another path answers": release('smoke_test {\n path = "/ready"\n expect = 204\n}', service='health_check { path = "/well" }'),
    "a service called like a part that another one does not have": web(top='service "web-smoke-test" {\n port = 9000\n priority = 50\n paths = ["/b"]\n}'),
    # alarms
    "a slow start with patience": release("alarms { minutes = 10 }", service="health_check { grace = 600 }"),
    "a slow start without that alarm": release("alarms { unhealthy_targets = 0 }", service="health_check { grace = 600 }"),
    "ten alarms of codedeploy": release(names(4)),
    "ten without those of the colours": release(names(10, "unhealthy_targets = 0", "errors_percent = 0", "latency_milliseconds = 0")),
    "any number for ecs": release(ECS, names(20)),
    "a network load balancer has two alarms of its own": release('strategy = "all_at_once"', names(8), load_balancer=NETWORK),
    # gates
    "parallel releases of ecs": release(ECS, PARALLEL),
    "queued releases of codedeploy": release(QUEUED),
    "parallel releases that are tried again": release(ECS, PARALLEL, 'on_failure = "retry"'),
    "parallel releases that stop": release(ECS, PARALLEL, 'on_failure = "stop"'),
    "a rollback of queued releases": release(QUEUED, 'on_failure = "rollback"'),
    "four alarms beside a window": before(window(), alarms(4)),
    "five alarms": before(alarms(5)),
    "five alarms afterwards": after(alarms(5)),
    "a retry beside conditions": release('on_failure = "retry"', "on_success {", alarms(1), "}"),
    "a wait for an alarm": before(alarms(1), "wait_minutes = 60"),
    **{
        f"window {cron}": before(window(cron))
        for cron in (
            *("* * 9-16 ? * MON-FRI", "* 0/15 22-23,0-3 L * ?", "* * * ? JAN-MAR 6#3 2027-2030", "* */5 * 1W 1-6,9-12 ? *"),
            *("* * * ? * 6L *", "* * * ? DEC-12 FRI-SAT,SUN-MON,7-SAT *"),
        )
    },
    **{
        f"window in {zone}": before(window("* * * ? * * *", f'timezone = "{zone}"'))
        for zone in ("UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires")
    },
    # scaling
    "a schedule": web('scaling {\n schedule "night" {\n at = "rate(1 day)"\n min = 2\n max = 2\n}\n}'),
    "requests": web("scaling { requests_per_target = 500 }"),
    # load balancer
    "no test listener": web(load_balancer=NO_TEST),
    "a test port that nothing listens on": web(load_balancer=f"{NO_TEST}\n  test_port = 80"),
    "whom the test listener lets in": web(load_balancer=f'{HTTP}\n  test_cidrs = ["10.0.0.0/8"]'),
}  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=list(ACCEPTED))
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


BEFORE, AFTER = "service.web.release.before_entry", "service.web.release.on_success"
A_WINDOW = (
    "is not a deployment window like * * 9-16 ? * MON-FRI *: second (always *), minute, hour, day, month, weekday"
)
NO_ROLLBACK = (
    'CodePipeline rolls no stage back where releases are parallel; leave it out, or use execution_mode = "queued"'
)

REFUSED = [
    # waits
    (release(ECS, "keep_blue_minutes = 1441"),
     ':15: service.web.release.keep_blue_minutes: 1441 is more than the 1440 minutes (a day) that engine "ecs" waits at most'),
    (release(ECS, "interval_minutes = 1441"),
     ':15: service.web.release.interval_minutes: 1441 is more than the 1440 minutes (a day) that engine "ecs" waits at most'),
    (release(ECS, LINEAR, "percent = 50", "interval_minutes = 661", "keep_blue_minutes = 1440"),
     ':13: service.web.release: its waits are 2101 minutes in all; the build that watches a release of engine "ecs" lasts 2100 at most: take larger steps, or shorter waits'),
    (release(LINEAR, "percent = 50", "interval_minutes = 2000", "keep_blue_minutes = 2320", "hold_minutes = 2880"),
     ":13: service.web.release: its waits are 7200 minutes in all; CodePipeline gives up on CodeDeploy after 7200, which is five days: take larger steps, or shorter waits"),
    (release("keep_blue_minutes = 2881"),
     ":14: service.web.release.keep_blue_minutes: 2881 is out of range; use 0 to 2880 minutes: CodeDeploy waits two days at most"),
    (release("hold_minutes = 2881"),
     ":14: service.web.release.hold_minutes: 2881 is out of range; use 0 to 2880 minutes: CodeDeploy waits two days at most"),
    (release("interval_minutes = 2881"),
     ":14: service.web.release.interval_minutes: 2881 is out of range; use 1 to 2880 minutes: CodeDeploy waits two days at most"),
    (release(ECS, LINEAR, "percent = 2", "interval_minutes = 1"),
     ':16: service.web.release.percent: 2 is less than the 3 percent of a linear step of engine "ecs"'),
    # hold
    (release(ECS, "hold_minutes = 5"),
     ':15: service.web.release.hold_minutes: engine "ecs" does not wait for people before traffic moves; use approval, a hook at post_test_traffic_shift, or engine codedeploy'),
    (release("hold_minutes = 5", load_balancer=NO_TEST),
     ":15: service.web.release.hold_minutes: without a test listener nobody could look at green meanwhile; set load_balancer.test_listener = true"),
    # network load balancers
    (release("approval = true", load_balancer=NETWORK),
     ':14: service.web.release.strategy: CodeDeploy cannot divide the traffic of a network load balancer, which canary needs; use "all_at_once" or an application load balancer'),
    (release("approval = true", LINEAR, load_balancer=NETWORK),
     ':16: service.web.release.strategy: CodeDeploy cannot divide the traffic of a network load balancer, which linear needs; use "all_at_once" or an application load balancer'),
    (web(ALL_AT_ONCE, f"{NETWORK}\n  test_listener = false"),
     ":11: load_balancer.test_listener: a network load balancer needs it: green's target group would hang on no listener, and never be checked"),
    (web(ALL_AT_ONCE, f"{NETWORK}\n  idle_timeout = 60"), ":11: load_balancer.idle_timeout: belongs to an application load balancer; leave it out"),
    (web(ALL_AT_ONCE, f'{NETWORK}\n  web_acl = "{WEB_ACL}"'), ":11: load_balancer.web_acl: AWS WAF does not stand before a network load balancer"),
    (web(f'hosts = ["a.example.com"]\n{ALL_AT_ONCE}', NETWORK), ":14: service.web.hosts: a network load balancer does not read hosts"),
    (web(f'paths = ["/a"]\n{ALL_AT_ONCE}', NETWORK), ":14: service.web.paths: a network load balancer does not read paths"),
    (web(ALL_AT_ONCE, NETWORK, f'service "api" {{\n port = 80\n priority = 50\n {ALL_AT_ONCE}\n}}'),
     ":16: service.api: a network load balancer leads to one service; use an application load balancer, or an environment each"),
    (web(f"scaling {{ requests_per_target = 500 }}\n{ALL_AT_ONCE}", NETWORK),
     ":14: service.web.scaling.requests_per_target: a network load balancer does not count requests; leave it out"),
    (web(ALL_AT_ONCE, f"{NETWORK}\n  test_port = 80"), ":11: load_balancer.test_port: 80 is the port of the production listener; use another"),
    # hooks
    (release(ECS, hook("before_install")),
     ':15: service.web.release.hooks.before_install: engine "ecs" has no such stage; ECS has reconcile_service, pre_scale_up, post_scale_up, test_traffic_shift, post_test_traffic_shift, production_traffic_shift, post_production_traffic_shift'),
    (release(hook("post_scale_up")),
     ':14: service.web.release.hooks.post_scale_up: engine "codedeploy" has no such stage; CodeDeploy has before_install, after_install, after_allow_test_traffic, before_allow_traffic, after_allow_traffic'),
    (release(hook("before_install", FUNCTION.replace("eu-west-1", "us-east-1"))),
     ":14: service.web.release.hooks.before_install: is in us-east-1; a release calls functions of its own region, eu-west-1"),
    (release(hook("before_install", "look")),
     ':14: service.web.release.hooks.before_install: "look" is not the ARN of a Lambda function, or of a version or alias of one'),
    *(
        (
            release(*engine, hook(stage), load_balancer=NO_TEST),
            f":{15 + len(engine)}: service.web.release.hooks.{stage}: there is no test traffic without a test listener; "
            "set load_balancer.test_listener = true",
        )
        for engine, stage in (
            ((), "after_allow_test_traffic"),
            ((ECS,), "test_traffic_shift"),
            ((ECS,), "post_test_traffic_shift"),
        )
    ),
    # smoke tests
    (release("smoke_test {}", load_balancer=NO_TEST),
     ":15: service.web.release.smoke_test: it asks green through the test listener, and there is none; set load_balancer.test_listener = true"),
    (release("smoke_test {}", hook("after_allow_test_traffic")),
     ":14: service.web.release.smoke_test: CodeDeploy calls one function at a stage, and hooks.after_allow_test_traffic is set; keep one"),
    (release('smoke_test { path = "/health?a=/api/b" }', service='paths = ["/api/*", "/b"]'),
     ":14: service.web.release.smoke_test.path: /health does not lead to this service, whose paths are /api/*, /b"),
    (release('smoke_test { host = "www.example.org" }', service='hosts = ["*.example.com", "a.com"]'),
     ":14: service.web.release.smoke_test.host: www.example.org does not lead to this service, whose hosts are *.example.com, a.com"),
    (release("smoke_test {}", service='hosts = ["*.example.com"]'),
     ":14: service.web.release.smoke_test.host: is missing; *.example.com is a pattern, so say which host to ask for"),
    (release('smoke_test {\n path = "/well"\n expect = 404\n}', service='health_check {\n path = "/well"\n status = "200,300-399"\n}'),
     ":16: service.web.release.smoke_test.expect: 404 is not what the health check of the same path wants, 200,300-399"),
    (web("release {\n smoke_test {}\n}", top='service "web-smoke-test" {\n port = 9000\n priority = 50\n paths = ["/b"]\n}'),
     ':17: service.web-smoke-test: "web-smoke-test" is the name of a part of service.web; use another'),
    (web('release {\n engine = "ecs"\n}', top='service "web-deploy" {\n port = 9000\n priority = 50\n paths = ["/b"]\n}'),
     ':17: service.web-deploy: "web-deploy" is the name of a part of service.web; use another'),
    # alarms
    (release("alarms { minutes = 9 }", service="health_check { grace = 600 }"),
     ":14: service.web.release.alarms.minutes: tasks have 600 seconds to become well (health_check.grace), and the alarm on unhealthy targets is raised after 585: every release would roll back; use more minutes, or unhealthy_targets = 0"),
    (release('strategy = "all_at_once"', "alarms {\n errors_percent = 5\n latency_milliseconds = 0\n}", load_balancer=NETWORK),
     ":17: service.web.release.alarms.errors_percent: a network load balancer sees no answers, so there would be no such alarm; leave it out"),
    (release(names(5)), ":15: service.web.release.alarms.names: 5 alarms, with 6 of both colours; CodeDeploy watches 10: leave some out"),
    (release('strategy = "all_at_once"', names(9), load_balancer=NETWORK),
     ":17: service.web.release.alarms.names: 9 alarms, with 2 of both colours; CodeDeploy watches 10: leave some out"),
    (release('alarms { latency_percentile = "average" }'),
     ':14: service.web.release.alarms.latency_percentile: "average" is not a percentile like p95 or p99.9'),
    # gates
    (release(PARALLEL),
     ':14: service.web.release.execution_mode: CodeDeploy refuses a deployment while another one is under way, so releases cannot be parallel; use "queued" or engine "ecs"'),
    (release(ECS, PARALLEL, 'on_failure = "rollback"'), f":16: service.web.release.on_failure: {NO_ROLLBACK}"),
    (release(ECS, PARALLEL, "on_success {", alarms(1), "}"), f":16: {AFTER}: {NO_ROLLBACK}"),
    (before(), f":14: {BEFORE}: asks for nothing; give a window or alarms"),
    (before("alarms = []"), f":14: {BEFORE}: asks for nothing; give a window or alarms"),
    (before(alarms(6)), f":15: {BEFORE}.alarms: 6 alarms; CodePipeline looks at 5"),
    (before(alarms(5), window()), f":15: {BEFORE}.alarms: 5 alarms; CodePipeline looks at 4 beside a window"),
    (after(alarms(6)), f":15: {AFTER}.alarms: 6 alarms; CodePipeline looks at 5"),
    (after("minutes = 5"), f':14: {AFTER}.alarms: is missing; for example ["orders-too-few"]'),
    (after("alarms = []"), f":15: {AFTER}.alarms: needs at least one"),
    (after(alarms(1), "minutes = 61"), f":16: {AFTER}.minutes: 61 is out of range; use 1 to 60 minutes"),
    (before(window(), "wait_minutes = 5"), f":18: {BEFORE}.wait_minutes: there are no alarms to wait for; name some, or leave it out"),
    (before(alarms(1), "wait_minutes = 61"), f":16: {BEFORE}.wait_minutes: 61 is out of range; use 0 to 60 minutes"),
    *(
        (before(window(cron)), f':16: {BEFORE}.window.cron: "{cron}" {A_WINDOW}')
        for cron in (
            "0 * 9-16 ? * MON-FRI *",  # open for the first second of each minute
            *("* * 9-24 ? * * *", "* 60 9 ? * * *", "* * 9 * * * *", "* * 9 ? * ? *", "* * 9 0 * ? *", "* * 9 ? 13 * *"),
            *("* * 9 ? * MON-FRY *", "* * 9 ? * MON 1969", "cron(* * * ? * *)"),
        )
    ),
    *(
        (before(window(cron)), f":16: {BEFORE}.window.cron: {backwards} goes backwards; write it as two ranges, like 22-23,0-3")
        for cron, backwards in (
            *(("* * 22-3 ? * * *", "22-3"), ("* * * ? * FRI-MON *", "FRI-MON")),
            *(("* * * ? NOV-2 * *", "NOV-2"), ("* * * ? * * 2030-2027", "2030-2027")),
        )
    ),
    *(
        (before(window("* * * ? * * *", f'timezone = "{zone}"')),
         f':17: {BEFORE}.window.timezone: "{zone}" is not a time zone with region and city, like Europe/Berlin, and not UTC')
        for zone in ("CET", "Europe/Bern", "+01:00")
    ),
    (release('on_failure = "skip"'), ':14: service.web.release.on_failure: "skip" is not allowed; use "stop", "retry" or "rollback"'),
    # scaling
    (web('scaling {\n schedule "night" {\n at = "rate(1 day)"\n min = 3\n max = 2\n}\n}'),
     ":17: service.web.scaling.schedule.night.max: 2 is less than min, 3"),
    (web('scaling {\n schedule "night" {\n at = "at night"\n min = 1\n max = 2\n}\n}'),
     ':15: service.web.scaling.schedule.night.at: "at night" is not a schedule like cron(0 20 ? * MON-FRI *), rate(1 day) or at(2027-01-01T00:00:00)'),
    (web('scaling {\n schedule "night" {\n at = "rate(1 day)"\n timezone = "Tokyo"\n min = 1\n max = 2\n}\n}'),
     ':16: service.web.scaling.schedule.night.timezone: "Tokyo" is not a time zone like Asia/Tokyo'),
    # load balancer
    (web(load_balancer=f'{NO_TEST}\n  test_cidrs = ["10.0.0.0/8"]'),
     ":11: load_balancer.test_cidrs: there is no test listener that they could use; set test_listener = true or remove them"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message.split(": ")[1] for _, message in REFUSED])
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [FILE + message]


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        (
            release(ECS, "interval_minutes = 1441", "keep_blue_minutes = 1441"),
            ["interval_minutes", "keep_blue_minutes"],
        ),
        # What rests on a mistake is not accused.
        (release('engine = "esc"', "hold_minutes = 5", hook("post_scale_up")), ["engine"]),
        (release('engine = "esc"', PARALLEL), ["engine"]),
    ],
)
def test_accuses_each_mistake_and_nothing_else(text: str, accused: list[str]) -> None:
    assert [line.split(": ")[1] for line in mistakes(text)] == [f"service.web.release.{key}" for key in accused]


@pytest.mark.parametrize(
    ("settings", "balancer", "minutes"),
    [
        ({"strategy": "all_at_once", "keep_blue_minutes": 7}, "application", 7),
        ({"strategy": "all_at_once", "keep_blue_minutes": 7, "hold_minutes": 30}, "application", 37),
        ({"strategy": "canary", "interval_minutes": 5, "keep_blue_minutes": 60}, "application", 65),
        # 30, 60, 90, 100 percent: three waits between four steps.
        ({"strategy": "linear", "percent": 30, "interval_minutes": 2, "keep_blue_minutes": 0}, "application", 6),
        ({"strategy": "linear", "percent": 10, "interval_minutes": 1, "keep_blue_minutes": 15}, "application", 24),
        ({"engine": "ecs", "strategy": "all_at_once", "keep_blue_minutes": 7}, "application", 7),
        # ECS waits ten minutes more at the test shift and at each step of production.
        ({"engine": "ecs", "strategy": "all_at_once", "keep_blue_minutes": 7}, "network", 27),
        ({"engine": "ecs", "strategy": "canary", "interval_minutes": 5, "keep_blue_minutes": 0}, "network", 35),
        ({"engine": "codedeploy", "strategy": "all_at_once", "keep_blue_minutes": 7}, "network", 7),
    ],
)
def test_a_release_lasts_as_long_as_its_waits(settings: dict[str, object], balancer: str, minutes: int) -> None:
    assert Release.model_validate(settings).duration_minutes(balancer) == minutes  # type: ignore[arg-type]
