"""Gates that CodePipeline takes and that can be passed: for each rule what passes, and what fails with its message."""

import pytest

from tests.support import environment, mistakes

FILE = "environments/test/environment.hcl"


def release(*lines: str) -> str:
    """Line 14 is the first of ``lines``."""
    return environment(service="\n".join(("release {", *lines, "}")))


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


ECS, PARALLEL = 'engine = "ecs"', 'execution_mode = "parallel"'

ACCEPTED = {
    "parallel releases of ecs": release(ECS, PARALLEL),
    "queued releases of codedeploy": release('execution_mode = "queued"'),
    "parallel releases that are tried again": release(ECS, PARALLEL, 'on_failure = "retry"'),
    "parallel releases that stop": release(ECS, PARALLEL, 'on_failure = "stop"'),
    "a rollback of queued releases": release('execution_mode = "queued"', 'on_failure = "rollback"'),
    "four alarms beside a window": before(window(), alarms(4)),
    "five alarms": before(alarms(5)),
    "five alarms afterwards": after(alarms(5)),
    "a retry beside conditions": release('on_failure = "retry"', "on_success {", alarms(1), "}"),
    "a wait for an alarm": before(alarms(1), "wait_minutes = 60"),
    **{
        f"window {cron}": before(window(cron))
        for cron in (
            "* * 9-16 ? * MON-FRI",
            "* 0/15 22-23,0-3 L * ?",
            "* * * ? JAN-MAR 6#3 2027-2030",
            "* */5 * 1W 1-6,9-12 ? *",
            "* * * ? * 6L *",
            "* * * ? DEC-12 FRI-SAT,SUN-MON,7-SAT *",
        )
    },
    **{
        f"window in {zone}": before(window("* * * ? * * *", f'timezone = "{zone}"'))
        for zone in ("UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires")
    },
}


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
    (
        release(PARALLEL),
        ":14: service.web.release.execution_mode: CodeDeploy refuses a deployment while another one is under way, so "
        'releases cannot be parallel; use "queued" or engine "ecs"',
    ),
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
    (
        before(window(), "wait_minutes = 5"),
        f":18: {BEFORE}.wait_minutes: there are no alarms to wait for; name some, or leave it out",
    ),
    (before(alarms(1), "wait_minutes = 61"), f":16: {BEFORE}.wait_minutes: 61 is out of range; use 0 to 60 minutes"),
    *(
        (before(window(cron)), f':16: {BEFORE}.window.cron: "{cron}" {A_WINDOW}')
        for cron in (
            "0 * 9-16 ? * MON-FRI *",  # open for the first second of each minute
            "* * 9-24 ? * * *",
            "* 60 9 ? * * *",
            "* * 9 * * * *",
            "* * 9 ? * ? *",
            "* * 9 0 * ? *",
            "* * 9 ? 13 * *",
            "* * 9 ? * MON-FRY *",
            "* * 9 ? * MON 1969",
            "cron(* * * ? * *)",
        )
    ),
    *(
        (
            before(window(cron)),
            f":16: {BEFORE}.window.cron: {backwards} goes backwards; write it as two ranges, like 22-23,0-3",
        )
        for cron, backwards in (
            ("* * 22-3 ? * * *", "22-3"),
            ("* * * ? * FRI-MON *", "FRI-MON"),
            ("* * * ? NOV-2 * *", "NOV-2"),
            ("* * * ? * * 2030-2027", "2030-2027"),
        )
    ),
    *(
        (
            before(window("* * * ? * * *", f'timezone = "{zone}"')),
            f':17: {BEFORE}.window.timezone: "{zone}" is not a time zone with region and city, like Europe/Berlin, '
            "and not UTC",
        )
        for zone in ("CET", "Europe/Bern", "+01:00")
    ),
    (
        release('on_failure = "skip"'),
        ':14: service.web.release.on_failure: "skip" is not allowed; use "stop", "retry" or "rollback"',
    ),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message.split(": ", 1)[1] for _, message in REFUSED])
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [FILE + message]


def test_a_wrong_engine_is_not_accused_of_being_parallel() -> None:
    assert [line.split(": ")[1] for line in mistakes(release('engine = "esc"', PARALLEL))] == [
        "service.web.release.engine"
    ]
