"""From a push to a cutover: the stages, their conditions, the artifacts between them, and who may do what."""

from typing import Any

import pytest

from tests.support import Template, environment, template

KEY = "${aws_kms_key.key.arn}"


def web(text: str = "", top: str = "") -> Template:
    return template(environment(service=text, top=top))


def release(*lines: str) -> Template:
    return web("\n".join(("release {", *lines, "}")))


def stages(generated: Template) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage for stage in generated.only("aws_codepipeline")["stage"]}


def actions(generated: Template) -> dict[str, dict[str, Any]]:
    """The action of each stage; every stage has one."""
    return {name: stage["action"][0] for name, stage in stages(generated).items()}


@pytest.mark.parametrize(("top", "disposable"), [("", False), ("disposable = true", True)])
def test_data_goes_with_a_destroy_only_when_the_environment_is_disposable(top: str, disposable: bool) -> None:
    generated = web(top=top)
    assert generated.only("aws_ecr_repository")["force_delete"] is disposable
    assert {bucket["force_destroy"] for bucket in generated.resources("aws_s3_bucket").values()} == {disposable}
    assert generated.only("aws_kms_key")["deletion_window_in_days"] == (7 if disposable else 30)


# --- artifacts ------------------------------------------------------------------------------


def test_artifacts_are_encrypted_private_and_over_tls_only() -> None:
    generated = web()
    encryption = generated.named(
        "aws_s3_bucket_server_side_encryption_configuration", "delivery-web_artifacts_bucket_encryption"
    )
    assert encryption["rule"][0]["apply_server_side_encryption_by_default"] == {
        "sse_algorithm": "aws:kms",
        "kms_master_key_id": KEY,
    }
    statements = generated.statements("delivery-web_artifacts_bucket_permissions")
    assert statements["DenyPlainHttp"]["condition"][0]["variable"] == "aws:SecureTransport"
    assert statements["DenyUnencryptedPuts"]["effect"] == "Deny"
    assert statements["DenyUnencryptedPuts"]["condition"][0]["values"] == ["aws:kms"]
    logging = generated.only("aws_s3_bucket_logging")
    assert logging["target_bucket"] == "shop-test-access-logs-123456789012"
    assert logging["target_prefix"] == "buckets/shop-test-web-artifacts-123456789012/"
    assert logging["depends_on"] == ["aws_s3_bucket_policy.access-logs_bucket_policy"]


def test_every_bucket_is_closed_versioned_and_has_an_end() -> None:
    generated = web()
    buckets = set(generated.resources("aws_s3_bucket"))
    assert buckets == {"access-logs_bucket", "delivery-web_artifacts_bucket"}
    for name in buckets:
        access = generated.named("aws_s3_bucket_public_access_block", f"{name}_public-access")
        for setting in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
            assert access[setting] is True
        (encryption,) = generated.named("aws_s3_bucket_server_side_encryption_configuration", f"{name}_encryption")[
            "rule"
        ]
        assert encryption["blocked_encryption_types"] == ["SSE-C"]
        versioning = generated.named("aws_s3_bucket_versioning", f"{name}_versioning")
        assert versioning["versioning_configuration"] == {"status": "Enabled"}
        (rule,) = generated.named("aws_s3_bucket_lifecycle_configuration", f"{name}_lifecycle")["rule"]
        assert rule["expiration"][0]["days"] > 0
        assert rule["noncurrent_version_expiration"][0]["noncurrent_days"] > 0


# --- pipeline -------------------------------------------------------------------------------


def test_the_stages_follow_each_other_and_hand_on_their_artifacts() -> None:
    found = actions(web())
    assert list(found) == ["Source", "Build", "Deploy"]
    assert found["Source"]["output_artifacts"] == found["Build"]["input_artifacts"]
    assert found["Build"]["output_artifacts"] == found["Deploy"]["input_artifacts"]
    assert "output_artifacts" not in found["Deploy"]


def test_somebody_must_approve_where_it_is_asked_for() -> None:
    found = actions(release("approval = true"))
    assert list(found) == ["Source", "Build", "Approval", "Deploy"]
    assert (found["Approval"]["category"], found["Approval"]["provider"]) == ("Approval", "Manual")


def test_an_approval_that_nobody_gives_ends_after_the_time_that_is_set() -> None:
    assert actions(release("approval = true"))["Approval"]["timeout_in_minutes"] == 1440
    found = actions(release("approval = true\n approval_timeout_minutes = 90"))
    assert {name: each.get("timeout_in_minutes") for name, each in found.items()} == {
        "Source": None,
        "Build": None,
        "Approval": 90,
        "Deploy": None,
    }


def test_its_first_execution_finds_all_it_needs() -> None:
    assert set(web().only("aws_codepipeline")["depends_on"]) == {
        "aws_s3_bucket_policy.delivery-web_artifacts_bucket_policy",
        "aws_iam_role_policy.delivery-web_pipeline_role_policy",
        "aws_iam_role_policy.delivery-web_build_role_policy",
        "aws_iam_role_policy.delivery-web_deployment_role_policy",
    }


def test_the_pipeline_is_v2_and_its_artifacts_are_encrypted() -> None:
    pipeline = web().only("aws_codepipeline")
    assert (pipeline["pipeline_type"], pipeline["execution_mode"]) == ("V2", "SUPERSEDED")
    assert pipeline["artifact_store"] == [
        {
            "type": "S3",
            "location": "shop-test-web-artifacts-123456789012",
            "encryption_key": {"type": "KMS", "id": KEY},
        }
    ]


def test_the_pipeline_needs_a_star_for_one_action_only() -> None:
    statements = web().statements("delivery-web_pipeline_role_permissions")
    starred = {sid: body["actions"] for sid, body in statements.items() if "*" in body["resources"]}
    assert starred == {"RegisterTaskDefinition": ["ecs:RegisterTaskDefinition"]}


@pytest.mark.parametrize("role", ["delivery-web_pipeline_role", "delivery-web_deployment_role"])
def test_only_the_roles_of_the_task_are_passed_and_only_to_tasks(role: str) -> None:
    statement = web().statements(f"{role}_permissions")["PassRoles"]
    assert statement["resources"] == [
        "${aws_iam_role.service-web_roles_execution_role.arn}",
        "${aws_iam_role.service-web_roles_task_role.arn}",
    ]
    assert statement["condition"] == [
        {"test": "StringEquals", "variable": "iam:PassedToService", "values": ["ecs-tasks.amazonaws.com"]}
    ]


@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("delivery-web_build_role", "codebuild.amazonaws.com"),
        ("delivery-web_deployment_role", "codedeploy.amazonaws.com"),
        ("delivery-web_pipeline_role", "codepipeline.amazonaws.com"),
        ("delivery-web_pipeline_start-role", "events.amazonaws.com"),
    ],
)
def test_each_role_is_for_one_service_calling_for_this_account(role: str, service: str) -> None:
    trust = web().statements(f"{role}_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": [service]}]
    assert trust["condition"][0] == {
        "test": "StringEquals",
        "variable": "aws:SourceAccount",
        "values": ["123456789012"],
    }


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
