"""Connections, and pipelines that take their source through them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tealform_harness.aws_emulator import git_hosting
from tealform_harness.aws_emulator.archive import unpack
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client
from tests.unit.aws_emulator.pipelines import Pipeline, action, bucket

Json = dict[str, Any]

NAMES = ("codeconnections", "codestar-connections")
REPOSITORY = "example/shop"


@pytest.fixture(autouse=True)
def _sources(aws: None) -> None:
    bucket("target")


def connect(name: str = NAMES[0], handshake: bool = True) -> str:
    asked = {"ConnectionName": "shop", "ProviderType": "GitHub", "Tags": [{"Key": "owner", "Value": "web"}]}
    arn = str(client(name).create_connection(**asked)["ConnectionArn"])
    if handshake:
        git_hosting.answer_handshake({"arn": arn})
    return arn


def push(
    branch: str = "main", files: Mapping[str, str] | None = None, tag: str = "", repository: str = REPOSITORY
) -> str:
    encoded = {path: base64.b64encode(text.encode()).decode() for path, text in (files or {"a": "1"}).items()}
    asked = {"account": ACCOUNT, "region": REGION, "repository": repository, "branch": branch, "tag": tag}
    return str(git_hosting.answer_push({**asked, "files": encoded, "message": "as agreed"})["commit_id"])


def pipeline(arn: str, *filters: Json, may_use: str = "codeconnections", **settings: str) -> Pipeline:
    """A pipeline of the repository's branch main, with a trigger of ``filters`` if there are any."""
    source = {"ConnectionArn": arn, "FullRepositoryId": REPOSITORY, "BranchName": "main", **settings}
    take = action("Source", "CodeStarSourceConnection", source, output="source", namespace="Source")
    deploy = action("Deploy", "S3", {"BucketName": "target", "Extract": "false", "ObjectKey": "out.zip"}, "source")
    git = {"sourceActionName": "Source", "push": list(filters)}
    trigger = {"providerType": "CodeStarSourceConnection", "gitConfiguration": git}
    may = {"Effect": "Allow", "Action": f"{may_use}:UseConnection", "Resource": arn}
    made = Pipeline(take, deploy, may=may, triggers=[trigger] if filters else [])
    made.settled()
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_waits_for_its_handshake(name: str) -> None:
    arn = connect(name, handshake=False)
    told = client(name).get_connection(ConnectionArn=arn)["Connection"]
    assert arn.startswith(f"arn:aws:{name}:{REGION}:{ACCOUNT}:connection/")
    assert (told["ConnectionStatus"], told["ConnectionName"], told["ProviderType"]) == ("PENDING", "shop", "GitHub")

    git_hosting.answer_handshake({"arn": arn})

    for either in NAMES:
        assert client(either).get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"] == "AVAILABLE"
    assert [each["ConnectionArn"] for each in client(name).list_connections()["Connections"]] == [arn]


def test_a_connection_has_tags_and_goes() -> None:
    arn, aws = connect(), client(NAMES[0])
    aws.tag_resource(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "1"}])
    aws.untag_resource(ResourceArn=arn, TagKeys=["owner"])
    assert aws.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "cost", "Value": "1"}]
    with pytest.raises(ClientError, match="already exists"):
        connect()

    aws.delete_connection(ConnectionArn=arn)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.get_connection(ConnectionArn=arn)
    with pytest.raises(ValueError, match="there is no connection"):
        git_hosting.answer_handshake({"arn": arn})


def test_a_push_is_released() -> None:
    made = pipeline(connect())
    commit = push(files={"Dockerfile": "FROM scratch"})

    execution = made.settled()

    assert (execution["status"], execution["trigger"]["triggerType"]) == ("Succeeded", "WebhookV2")
    variables = made.runs()["Source"]["output"]["outputVariables"]
    assert (variables["CommitId"], variables["CommitMessage"]) == (commit, "as agreed")
    assert (variables["BranchName"], variables["FullRepositoryName"]) == ("main", REPOSITORY)
    released = client("s3").get_object(Bucket="target", Key="out.zip")["Body"].read()
    assert unpack(released) == {"Dockerfile": b"FROM scratch"}


def test_what_was_pushed_is_released_whatever_the_branch_of_the_action_is() -> None:
    made = pipeline(connect(), {"branches": {"includes": ["release/*"]}}, DetectChanges="false")
    push()
    commit = push("release/1", {"a": "2"})
    assert [each["revisionId"] for each in made.settled()["sourceRevisions"]] == [commit]
    assert made.runs()["Source"]["output"]["outputVariables"]["BranchName"] == "release/1"


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        ({"handshake": False}, "is not available"),
        ({"may_use": "s3"}, "The provided role does not have sufficient permissions"),
        ({"BranchName": "other"}, "[GitHub] No Branch [other] found for FullRepositoryName [example/shop]"),
    ],
)
def test_what_cannot_be_fetched_fails(prepare: Json, message: str) -> None:
    arn = connect(handshake=prepare.pop("handshake", True))
    push()
    assert message in pipeline(arn, **prepare).failure("Source")


def test_a_connection_that_is_gone_fails_the_source() -> None:
    arn = connect()
    client(NAMES[0]).delete_connection(ConnectionArn=arn)
    assert f"Connection {arn} not found" in pipeline(arn).failure("Source")


def test_a_connection_without_its_handshake_reports_no_push() -> None:
    made = pipeline(connect(handshake=False))
    push()
    assert len(made.executions()) == 1


@pytest.mark.parametrize(
    ("filters", "pushes", "starts"),
    [
        ([], [("main", "a")], 1),
        ([], [("other", "a")], 0),
        ([{"branches": {"includes": ["main"]}}], [("main", "a"), ("main2", "a")], 1),
        ([{"branches": {"includes": ["feature/*"]}}], [("feature/a", "a"), ("feature/a/b", "a")], 1),
        ([{"branches": {"includes": ["feature/**"]}}], [("feature/a", "a"), ("feature/a/b", "a")], 2),
        ([{"branches": {"includes": ["**"], "excludes": ["wip-?"]}}], [("wip-1", "a"), ("wip-12", "a")], 1),
        ([{"branches": {"excludes": ["wip"]}}], [("wip", "a"), ("main", "a")], 1),
        ([{"branches": {"includes": ["{main,r[12]}"]}}], [("main", "a"), ("r1", "a"), ("r3", "a")], 2),
        (
            [{"branches": {"includes": ["main"]}, "filePaths": {"includes": ["src/**"]}}],
            [("main", "src/x/y"), ("main", "docs/x"), ("other", "src/z")],
            1,
        ),
        (
            [{"branches": {"includes": ["main"]}, "filePaths": {"excludes": ["**/*.md", "*.md"]}}],
            [("main", "README.md"), ("main", "src/a.md"), ("main", "src/a.py")],
            1,
        ),
        ([{"branches": {"includes": ["main"]}}, {"branches": {"includes": ["m*"]}}], [("main", "a")], 1),
    ],
)
def test_exactly_the_pushes_that_pass_start_the_pipeline(
    filters: list[Json], pushes: list[tuple[str, str]], starts: int
) -> None:
    made = pipeline(connect(), *filters)
    files: dict[str, str] = {}
    for number, (branch, path) in enumerate(pushes):
        files = {**files, path: str(number)}
        push(branch, files)
    assert len(made.executions()) == 1 + starts


def test_tags_start_the_pipeline_at_their_commit() -> None:
    made = pipeline(connect(), {"tags": {"includes": ["v*"], "excludes": ["*-rc"]}})
    push()
    commit = push(files={"a": "2"})
    push(tag="v1-rc")
    push(tag="other")
    assert len(made.executions()) == 1
    push(tag="v1")
    assert [each["revisionId"] for each in made.settled()["sourceRevisions"]] == [commit]


def test_pushes_to_another_repository_or_that_are_not_minded_start_nothing() -> None:
    made = pipeline(connect(), DetectChanges="false")
    push()
    push(repository="Example/shop")
    assert len(made.executions()) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        {"branches": {"includes": ["main"]}, "tags": {"includes": ["v*"]}},
        {"filePaths": {"includes": ["src/**"]}},
        {"tags": {"includes": ["v*"]}, "filePaths": {"includes": ["src/**"]}},
    ],
)
def test_filters_that_cannot_be_combined_are_refused(wanted: Json) -> None:
    with pytest.raises(ClientError, match="Make sure to choose valid filter combinations"):
        pipeline(connect(), wanted)


@pytest.mark.parametrize(
    ("names", "message"), [(["Other"], "Other is not a source action"), (["Source", "Source"], "Source has several")]
)
def test_triggers_of_no_source_and_two_of_one_are_refused(names: list[str], message: str) -> None:
    made = pipeline(connect())
    push_any = [{"branches": {"includes": ["main"]}}]
    triggers = [
        {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": name, "push": push_any}}
        for name in names
    ]
    with pytest.raises(ClientError, match=message):
        made.aws.update_pipeline(pipeline={**made.declared, "triggers": triggers})
