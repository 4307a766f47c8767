"""What a release passes before and after its deployment, and what follows when it fails."""

from typing import Any

import pytest

from tests.support import Template, environment, template


def release(*lines: str) -> Template:
    return template(environment(service="\n".join(("release {", *lines, "}"))))


def stages(generated: Template) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage for stage in generated.only("aws_codepipeline")["stage"]}


def held(generated: Template) -> dict[str, Any]:
    """The conditions of the stage that deploys, and of no other."""
    keys = ("before_entry", "on_success", "on_failure")
    found = {name: {key: stage[key] for key in keys if key in stage} for name, stage in stages(generated).items()}
    deploy = found.pop("Deploy")
    assert not any(found.values())
    return deploy


def rules(condition: dict[str, Any], provider: str) -> list[dict[str, Any]]:
    """The rules of a provider; all are AWS's."""
    for rule in condition["condition"]["rule"]:
        kind = rule["rule_type_id"]
        assert (kind["category"], kind["owner"], kind["version"]) == ("Rule", "AWS", "1")
    return [rule for rule in condition["condition"]["rule"] if rule["rule_type_id"]["provider"] == provider]


def looks_at_alarms(generated: Template) -> list[str] | None:
    statement = generated.statements("delivery-web_pipeline_role_permissions").get("LookAtAlarms")
    if statement is None:
        return None
    assert statement["actions"] == ["cloudwatch:DescribeAlarms"]
    resources: list[str] = statement["resources"]
    return resources


# --- approval -------------------------------------------------------------------------------


def test_who_approves_sees_what_will_be_released() -> None:
    configuration = stages(release("approval = true"))["Approval"]["action"][0]["configuration"]
    assert configuration == {
        "CustomData": "Release #{BuildVariables.IMAGE_DIGEST} to shop-test-web",
        "ExternalEntityLink": (
            "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/shop-test-web"
            "/commit/#{SourceVariables.CommitId}?region=eu-west-1"
        ),
    }


# --- execution mode -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        ([], "SUPERSEDED"),
        (['execution_mode = "superseded"'], "SUPERSEDED"),
        (['execution_mode = "queued"'], "QUEUED"),
        (['engine = "ecs"', 'execution_mode = "parallel"'], "PARALLEL"),
    ],
)
def test_releases_follow_each_other_as_it_is_set(lines: list[str], mode: str) -> None:
    assert release(*lines).only("aws_codepipeline")["execution_mode"] == mode


# --- before ---------------------------------------------------------------------------------

WINDOW = 'before_entry {\n window {\n cron = "* * 9-16 ? * MON-FRI *"\n timezone = "Europe/Berlin"\n }\n}'
ALARMS = 'before_entry {\n alarms = ["busy", "broken"]\n}'


def test_nothing_holds_a_release_up_unless_it_is_set() -> None:
    assert held(release()) == {}
    assert looks_at_alarms(release()) is None


def test_a_deployment_begins_in_its_window() -> None:
    generated = release(WINDOW)
    before = held(generated)["before_entry"]
    assert before["condition"]["result"] == "FAIL"
    (rule,) = rules(before, "DeploymentWindow")
    assert rule["configuration"] == {"Cron": "* * 9-16 ? * MON-FRI *", "TimeZone": "Europe/Berlin"}
    assert "timeout_in_minutes" not in rule  # the provider does not send it, and would want it in every plan
    assert rules(before, "CloudWatchAlarm") == []
    assert looks_at_alarms(generated) is None


def test_a_window_without_a_time_zone_is_one_of_utc() -> None:
    sunday = release('before_entry {\n window { cron = "* * * ? * SUN" }\n}')
    (rule,) = rules(held(sunday)["before_entry"], "DeploymentWindow")
    assert rule["configuration"] == {"Cron": "* * * ? * SUN", "TimeZone": "UTC"}


def test_a_deployment_does_not_begin_while_an_alarm_is_raised() -> None:
    generated = release(ALARMS)
    before = held(generated)["before_entry"]
    assert before["condition"]["result"] == "FAIL"
    assert [rule["configuration"] for rule in rules(before, "CloudWatchAlarm")] == [
        {"AlarmName": "busy"},
        {"AlarmName": "broken"},
    ]
    assert looks_at_alarms(generated) == ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"]


def test_an_alarm_may_take_its_time_to_end() -> None:
    waiting = release('before_entry {\n alarms = ["busy"]\n wait_minutes = 10\n}')
    (rule,) = rules(held(waiting)["before_entry"], "CloudWatchAlarm")
    assert rule["configuration"] == {"AlarmName": "busy", "WaitTime": "10"}


def test_rules_of_one_condition_have_names_of_their_own() -> None:
    both = release('before_entry {\n alarms = ["a", "b", "c", "d"]\n window {\n cron = "* * * ? * SUN *"\n }\n}')
    names = [rule["name"] for rule in held(both)["before_entry"]["condition"]["rule"]]
    assert len(names) == len(set(names)) == 5


# --- after ----------------------------------------------------------------------------------


def test_an_alarm_after_the_deployment_rolls_the_stage_back() -> None:
    generated = release('on_success {\n alarms = ["orders"]\n minutes = 30\n}')
    assert held(generated).keys() == {"on_success"}
    after = held(generated)["on_success"]
    assert after["condition"]["result"] == "ROLLBACK"
    (rule,) = rules(after, "CloudWatchAlarm")
    assert rule["configuration"] == {"AlarmName": "orders", "WaitTime": "30"}
    assert looks_at_alarms(generated) == ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"]


def test_it_is_watched_for_a_quarter_of_an_hour_unless_told_otherwise() -> None:
    (rule,) = rules(held(release('on_success {\n alarms = ["orders"]\n}'))["on_success"], "CloudWatchAlarm")
    assert rule["configuration"]["WaitTime"] == "15"


@pytest.mark.parametrize("engine", ["codedeploy", "ecs"])
@pytest.mark.parametrize(
    ("on_failure", "expected"),
    [
        ("stop", {}),
        (
            "retry",
            {"on_failure": {"result": "RETRY", "retry_configuration": {"retry_mode": "FAILED_ACTIONS"}}},
        ),
        ("rollback", {"on_failure": {"result": "ROLLBACK"}}),
    ],
)
def test_what_follows_a_deployment_that_fails(engine: str, on_failure: str, expected: dict[str, Any]) -> None:
    assert held(release(f'engine = "{engine}"', f'on_failure = "{on_failure}"')) == expected
