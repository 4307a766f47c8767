"""What AWS documents of each source is fed through what was generated, and starts a pipeline once or not at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tealform_harness.aws_emulator import git_hosting, service_events
from tealform_harness.aws_emulator.services import install
from tests.support import Template, environment, template, template_among
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, role
from tests.unit.aws_emulator.pipelines import Pipeline, action
from tests.unit.pipeline.events import BUCKET, Json, codecommit, s3

REPOSITORY = "acme/web"


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    install()
    with mock_aws():
        yield


def pipeline(**settings: Any) -> Pipeline:
    """A pipeline that has no more to do than to begin."""
    source = settings.pop("source", None) or action(
        "Source", "S3", {"S3Bucket": "empty", "S3ObjectKey": "x.zip"}, output="source", category="Source"
    )
    end = action("Deploy", "S3", {"BucketName": "empty", "Extract": "false", "ObjectKey": "o"}, "source")
    made = Pipeline(source, end, **settings)
    made.settled()
    return made


def started_by(generated: Template, events: list[Json]) -> int:
    """How many executions ``events`` start of a pipeline with the generated rule in front of it."""
    made = pipeline()
    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:release"
    may = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": arn}
    rules = client("events")
    rules.put_rule(Name="start", EventPattern=generated.only("aws_cloudwatch_event_rule")["event_pattern"])
    target = {"Id": "start", "Arn": arn, "RoleArn": role("start", "events.amazonaws.com", may)}
    rules.put_targets(Rule="start", Targets=[target])
    before = len(made.executions())
    for event in events:
        service_events.publish_event(
            ACCOUNT, REGION, event["source"], event["detail-type"], event["resources"], event["detail"]
        )
    return len(made.executions()) - before


RELEASES = f"shop-dev-web-releases-{ACCOUNT}"
PROMOTED = {"dev": environment(), "test": environment(service='source "promotion" { environment = "dev" }')}


@pytest.mark.parametrize(
    ("texts", "event", "others"),
    [
        pytest.param(
            {"test": environment(service='source "codecommit" {}')},
            codecommit("reference_updated"),
            [
                codecommit("reference_updated", branch="staging"),
                codecommit("reference_deleted"),
                codecommit("tag_created"),
                codecommit("reference_updated", repository="shop-test-api"),
            ],
            id="a push to CodeCommit",
        ),
        pytest.param(
            {"test": environment(service='source "s3" {}')},
            s3("object_created", BUCKET, "source.zip"),
            [
                s3("object_created", BUCKET, "other.zip"),
                s3("object_created", "another", "source.zip"),
                s3("object_deleted", BUCKET, "source.zip"),
            ],
            id="a new version in S3",
        ),
        pytest.param(
            PROMOTED,
            s3("object_created", RELEASES, "release.zip"),
            [
                s3("object_created", f"shop-prod-web-releases-{ACCOUNT}", "release.zip"),
                s3("object_created", RELEASES, "release.zip.bak"),
                s3("object_deleted", RELEASES, "release.zip"),
            ],
            id="a release of another environment",
        ),
    ],
)
def test_one_event_starts_one_execution_and_others_none(texts: dict[str, str], event: Json, others: list[Json]) -> None:
    assert started_by(template_among(texts, "test"), [*others, event]) == 1


def api_words(trigger: Json) -> Json:
    """A trigger in the words of the API instead of Terraform's."""
    words = {"source_action_name": "sourceActionName", "file_paths": "filePaths"}
    git = json.loads(json.dumps(trigger["git_configuration"]))
    push = [{words.get(key, key): value for key, value in each.items()} for each in git["push"]]
    return {
        "providerType": trigger["provider_type"],
        "gitConfiguration": {"sourceActionName": git["source_action_name"], "push": push},
    }


def connected(filters: str) -> Pipeline:
    """A pipeline with the generated source action and trigger."""
    generated = template(environment(service=f'source "github" {{\n repository = "{REPOSITORY}"\n {filters}\n}}'))
    made = generated.only("aws_codepipeline")
    arn = client("codeconnections").create_connection(ConnectionName="c", ProviderType="GitHub")["ConnectionArn"]
    git_hosting.answer_handshake({"arn": arn})
    (take,) = made["stage"][0]["action"]
    source = action(
        "Source",
        take["provider"],
        {**take["configuration"], "ConnectionArn": arn},
        output="source",
        category="Source",
    )
    may = {"Effect": "Allow", "Action": "codeconnections:UseConnection", "Resource": arn}
    return pipeline(source=source, may=may, triggers=[api_words(each) for each in made["trigger"]])


def pushed(branch: str = "main", path: str = "a", tag: str = "", repository: str = REPOSITORY) -> None:
    asked = {"account": ACCOUNT, "region": REGION, "repository": repository, "branch": branch, "tag": tag}
    pushed.number = getattr(pushed, "number", 0) + 1  # type: ignore[attr-defined]
    content = base64.b64encode(str(pushed.number).encode()).decode()  # type: ignore[attr-defined]
    git_hosting.answer_push({**asked, "files": {path: content}, "message": "as agreed"})


def test_a_push_to_github_starts_one_execution_and_others_none() -> None:
    made = connected("")
    before = len(made.executions())
    pushed(branch="staging")
    pushed(repository="acme/api")
    assert len(made.executions()) == before
    pushed()
    assert len(made.executions()) == before + 1
    pushed(tag="main")
    assert len(made.executions()) == before + 1


def test_a_push_that_changes_only_what_is_ignored_starts_none() -> None:
    made = connected('ignore_paths = ["docs/**"]')
    pushed(path="web/a")
    before = len(made.executions())
    # The commit before it is the whole tree: what is not in the next one is changed as well.
    asked = {"account": ACCOUNT, "region": REGION, "repository": REPOSITORY, "branch": "main"}
    same = base64.b64encode(str(pushed.number).encode()).decode()  # type: ignore[attr-defined]
    git_hosting.answer_push({**asked, "files": {"web/a": same, "docs/a": same}, "message": "words"})
    assert len(made.executions()) == before
    pushed(path="web/a")
    assert len(made.executions()) == before + 1


def test_a_tag_starts_one_execution_and_a_push_none() -> None:
    made = connected('tags = ["v*"]')
    before = len(made.executions())
    pushed()
    pushed(tag="w1")
    assert len(made.executions()) == before
    pushed(tag="v1")
    assert len(made.executions()) == before + 1
