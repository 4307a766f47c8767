"""The topic: who may write to it, who reads it, and the events of pipelines that it receives."""

import json
from collections.abc import Iterable

import pytest

from tests.support import Template, environment, template, template_among

KEY = "${aws_kms_key.key.arn}"
TOPIC = "${aws_sns_topic.notifications_topic.arn}"
EXISTING = "arn:aws:sns:eu-west-1:123456789012:operations"
EXISTING_KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"
READY = ["aws_sns_topic_policy.notifications_policy", "aws_kms_key_policy.key_policy"]

SLACK = 'slack {\n workspace = "T012AB3CD"\n channel = "C012AB3CD"\n}'
TEAMS = (
    'teams {\n tenant = "01234567-89ab-cdef-0123-456789abcdef"\n team = "89abcdef-0123-4567-89ab-cdef01234567"\n'
    ' channel = "19%3aab12%40thread.tacv2"\n}'
)


def told(*lines: str, service: str = "") -> Template:
    return template(environment(service=service, top="\n".join(("notifications {", *lines, "}"))))


# --- topic ----------------------------------------------------------------------------------


def test_nobody_is_told_of_anything_unless_it_is_set() -> None:
    generated = template(environment())
    kinds = {
        kind for kind in generated.document["resource"] if kind.startswith(("aws_sns", "aws_codestar", "aws_chatbot"))
    }
    assert kinds == set()
    assert set(generated.resources("aws_cloudwatch_event_rule")) == {"delivery-web_pipeline_start"}
    assert "NotificationPublishers" not in generated.statements("key_permissions")
    assert "notifications-topic" not in generated.document["output"]


def test_the_topic_is_encrypted_and_known() -> None:
    topic = told().only("aws_sns_topic")
    assert (topic["name"], topic["kms_master_key_id"]) == ("shop-test-notifications", KEY)
    assert told().document["output"]["notifications-topic"]["value"] == TOPIC


def test_two_services_may_write_to_the_topic_and_nobody_over_plain_http() -> None:
    statements = told().statements("notifications_permissions")
    publishers = statements["NotificationPublishers"]
    assert publishers["principals"] == [
        {"type": "Service", "identifiers": ["codestar-notifications.amazonaws.com", "events.amazonaws.com"]}
    ]
    assert (publishers["actions"], publishers["resources"]) == (["sns:Publish"], [TOPIC])
    plain = statements["DenyPlainHttp"]
    assert plain["effect"] == "Deny"
    assert plain["condition"] == [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]


def test_the_key_is_lent_to_them_for_this_topic_alone() -> None:
    statement = told().statements("key_permissions")["NotificationPublishers"]
    assert statement["actions"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert statement["condition"] == [
        {
            "test": "StringEquals",
            "variable": "kms:EncryptionContext:aws:sns:topicArn",
            "values": ["arn:aws:sns:eu-west-1:123456789012:shop-test-notifications"],
        }
    ]


def test_a_topic_that_exists_is_left_as_it_is() -> None:
    generated = told(f'topic = "{EXISTING}"')
    for kind in ("aws_sns_topic", "aws_sns_topic_policy", "aws_sns_topic_subscription"):
        assert generated.resources(kind) == {}
    assert "NotificationPublishers" not in generated.statements("key_permissions")
    assert {
        target["address"] for target in generated.only("aws_codestarnotifications_notification_rule")["target"]
    } == {EXISTING}
    targets = generated.resources("aws_cloudwatch_event_target")
    assert {target["arn"] for name, target in targets.items() if "notifications" in name} == {EXISTING}
    assert generated.document["output"]["notifications-topic"]["value"] == EXISTING


def test_each_address_subscribes_and_keeps_its_place_when_another_goes() -> None:
    both = told('emails = ["a@example.com", "b@example.com"]').resources("aws_sns_topic_subscription")
    assert [(each["protocol"], each["topic_arn"]) for each in both.values()] == [("email", TOPIC)] * 2
    assert {each["endpoint"] for each in both.values()} == {"a@example.com", "b@example.com"}
    one = told('emails = ["b@example.com"]').resources("aws_sns_topic_subscription")
    assert one.items() <= both.items()
    assert told().resources("aws_sns_topic_subscription") == {}


# --- chats ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "kind", "other", "channel"),
    [
        pytest.param(
            SLACK, "slack", "teams", {"slack_team_id": "T012AB3CD", "slack_channel_id": "C012AB3CD"}, id="Slack"
        ),
        pytest.param(
            TEAMS,
            "teams",
            "slack",
            {
                "tenant_id": "01234567-89ab-cdef-0123-456789abcdef",
                "team_id": "89abcdef-0123-4567-89ab-cdef01234567",
                "channel_id": "19%3aab12%40thread.tacv2",
            },
            id="Teams",
        ),
    ],
)
def test_a_channel_reads_the_topic_and_cannot_run_anything(
    block: str, kind: str, other: str, channel: dict[str, str]
) -> None:
    generated = told(block)
    chat = generated.only(f"aws_chatbot_{kind}_channel_configuration")
    expected = channel | {
        "sns_topic_arns": [TOPIC],
        "guardrail_policy_arns": ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"],
        "user_authorization_required": True,
        "iam_role_arn": "${aws_iam_role.chat_role.arn}",
    }
    assert {key: chat[key] for key in expected} == expected
    assert generated.resources(f"aws_chatbot_{other}_channel_configuration") == {}


def test_the_role_of_chats_is_for_their_service_and_has_no_permissions() -> None:
    generated = told(SLACK)
    assert generated.named("aws_iam_role", "chat_role")["name"] == "shop-test-chat"
    trust = generated.statements("chat_role_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["chatbot.amazonaws.com"]}]
    allowed = {policy["role"] for policy in generated.resources("aws_iam_role_policy").values()}
    assert "${aws_iam_role.chat_role.name}" not in allowed


def test_both_chats_share_a_role_and_without_one_there_is_none() -> None:
    generated = told(SLACK, TEAMS)
    roles = {
        generated.only(kind)["iam_role_arn"]
        for kind in ("aws_chatbot_slack_channel_configuration", "aws_chatbot_teams_channel_configuration")
    }
    assert roles == {"${aws_iam_role.chat_role.arn}"}
    assert "chat_role" not in told().resources("aws_iam_role")


# --- pipelines ------------------------------------------------------------------------------

IDS = {
    "started": "codepipeline-pipeline-pipeline-execution-started",
    "succeeded": "codepipeline-pipeline-pipeline-execution-succeeded",
    "failed": "codepipeline-pipeline-pipeline-execution-failed",
    "canceled": "codepipeline-pipeline-pipeline-execution-canceled",
    "superseded": "codepipeline-pipeline-pipeline-execution-superseded",
    "resumed": "codepipeline-pipeline-pipeline-execution-resumed",
    "approval": "codepipeline-pipeline-manual-approval-needed",
    "approved": "codepipeline-pipeline-manual-approval-succeeded",
    "rejected": "codepipeline-pipeline-manual-approval-failed",
}


@pytest.mark.parametrize(
    ("lines", "events"),
    [
        pytest.param((), ("succeeded", "failed", "approval"), id="default"),
        pytest.param((f"events = {json.dumps(list(IDS))}",), IDS, id="all"),
    ],
)
def test_the_events_of_a_pipeline_are_sent_by_the_ids_of_aws(lines: tuple[str, ...], events: Iterable[str]) -> None:
    rule = told(*lines).only("aws_codestarnotifications_notification_rule")
    assert rule["event_type_ids"] == [IDS[event] for event in events]
    assert rule["resource"] == "${aws_codepipeline.delivery-web_pipeline.arn}"
    assert rule["target"] == [{"address": TOPIC, "type": "SNS"}]
    assert (rule["name"], rule["detail_type"], rule["depends_on"]) == ("shop-test-web", "FULL", READY)


def test_without_events_pipelines_are_not_told_and_services_are() -> None:
    generated = told("events = []")
    assert generated.resources("aws_codestarnotifications_notification_rule") == {}
    assert "service-notifications-web_tasks_rule" in generated.resources("aws_cloudwatch_event_rule")


def test_each_pipeline_has_a_rule() -> None:
    other = 'service "api" {\n port = 9000\n priority = 50\n paths = ["/api/*"]\n}'
    generated = template(environment(top=f"notifications {{}}\n{other}"))
    rules = generated.resources("aws_codestarnotifications_notification_rule")
    assert {rule["name"] for rule in rules.values()} == {"shop-test-web", "shop-test-api"}


# --- approvals ------------------------------------------------------------------------------


def approval(generated: Template) -> dict[str, str]:
    stages = {stage["name"]: stage["action"][0] for stage in generated.only("aws_codepipeline")["stage"]}
    configuration: dict[str, str] = stages["Approval"]["configuration"]
    return configuration


def test_an_approval_tells_the_topic_which_the_pipeline_may_write_to() -> None:
    generated = told(service="release { approval = true }")
    assert approval(generated)["NotificationArn"] == TOPIC
    assert set(READY) <= set(generated.only("aws_codepipeline")["depends_on"])
    statements = generated.statements("delivery-web_pipeline_role_permissions")
    assert statements["Notify"]["actions"] == ["sns:Publish"]
    assert statements["Notify"]["resources"] == ["arn:aws:sns:eu-west-1:123456789012:shop-test-notifications"]
    assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(statements["UseKey"]["actions"])
    assert "EncryptNotifications" not in statements


def test_the_key_of_a_topic_that_exists_may_be_used_for_it() -> None:
    existing = (f'topic = "{EXISTING}"', f'topic_kms_key = "{EXISTING_KEY}"')
    generated = told(*existing, service="release { approval = true }")
    assert approval(generated)["NotificationArn"] == EXISTING
    statements = generated.statements("delivery-web_pipeline_role_permissions")
    assert statements["Notify"]["resources"] == [EXISTING]
    encrypt = statements["EncryptNotifications"]
    assert (encrypt["actions"], encrypt["resources"]) == (["kms:Decrypt", "kms:GenerateDataKey*"], [EXISTING_KEY])
    assert encrypt["condition"][0]["values"] == [EXISTING]


@pytest.mark.parametrize(
    "generated",
    [
        pytest.param(told(), id="no approval"),
        pytest.param(template(environment(service="release { approval = true }")), id="no notifications"),
    ],
)
def test_otherwise_the_pipeline_may_write_to_no_topic(generated: Template) -> None:
    assert "Notify" not in generated.statements("delivery-web_pipeline_role_permissions")


def test_an_approval_without_notifications_tells_nobody_by_itself() -> None:
    assert "NotificationArn" not in approval(template(environment(service="release { approval = true }")))


# --- two accounts ---------------------------------------------------------------------------

TOOLS = 'project = "shop"\nregion = "eu-west-1"\naccount = "999999999999"\n'
LIVE = environment(
    service="release { approval = true }",
    top=f'pipelines_in = "tools"\nnotifications {{\n emails = ["a@example.com"]\n {SLACK}\n}}',
)
PROJECT = {"tools": TOOLS, "live": LIVE}


def test_pipelines_and_services_in_two_accounts_tell_a_topic_each() -> None:
    live, tools = template_among(PROJECT, "live"), template_among(PROJECT, "tools")
    for generated in (live, tools):
        assert generated.only("aws_sns_topic")["name"] == "shop-live-notifications"
        assert generated.only("aws_sns_topic_subscription")["endpoint"] == "a@example.com"
    for generated, name in ((live, "shop-live"), (tools, "shop-tools")):
        slack = generated.only("aws_chatbot_slack_channel_configuration")
        assert slack["configuration_name"].startswith(f"{name}-slack-")
    assert live.resources("aws_codestarnotifications_notification_rule") == {}
    assert "service-notifications-web_tasks_rule" in live.resources("aws_cloudwatch_event_rule")
    assert tools.only("aws_codestarnotifications_notification_rule")["name"] == "shop-live-web"
    assert not [name for name in tools.resources("aws_cloudwatch_event_rule") if "notifications" in name]


def test_each_account_lends_its_own_key_for_its_own_topic() -> None:
    for name, account in (("live", "123456789012"), ("tools", "999999999999")):
        statement = template_among(PROJECT, name).statements("key_permissions")["NotificationPublishers"]
        assert statement["condition"][0]["values"] == [f"arn:aws:sns:eu-west-1:{account}:shop-live-notifications"]


def test_the_pipeline_of_another_account_tells_its_own_account() -> None:
    tools = template_among(PROJECT, "tools")
    notify = tools.statements("delivery-web_pipeline_role_permissions")["Notify"]
    assert notify["resources"] == ["arn:aws:sns:eu-west-1:999999999999:shop-live-notifications"]
    assert approval(tools)["NotificationArn"] == "${aws_sns_topic.for-live_notifications_topic.arn}"
