"""What starts a pipeline and what does not: the generated patterns, held against the events that AWS documents.

Each event that is refused differs from one that is taken in one thing alone, as far as such an event exists.
"""

from __future__ import annotations

import copy
import json

import pytest

from tests.support import Template, environment, template, template_among
from tests.unit.pipeline.events import ACCOUNT, BUCKET, Json, changed, codecommit, matches, s3


def pattern(generated: Template) -> str:
    """The pattern of the only rule that starts a pipeline."""
    target = generated.only("aws_cloudwatch_event_target")
    assert target["arn"].startswith("${aws_codepipeline.")
    return str(generated.only("aws_cloudwatch_event_rule")["event_pattern"])


# --- CodeCommit -----------------------------------------------------------------------------


PUSH = codecommit("reference_updated")
TAG = {"detail.referenceType": "tag", "detail.referenceFullName": "refs/tags/main"}


@pytest.fixture(scope="module")
def commit_pattern() -> str:
    return pattern(template(environment(service='source "codecommit" {}')))


@pytest.mark.parametrize("name", ["reference_created", "reference_updated"])
def test_a_push_to_the_branch_starts_the_pipeline(commit_pattern: str, name: str) -> None:
    assert matches(commit_pattern, codecommit(name))


def test_a_push_that_merges_nothing_starts_it_too(commit_pattern: str) -> None:
    plain = copy.deepcopy(PUSH)
    for key in [*plain["detail"]][[*plain["detail"]].index("oldCommitId") + 1 :]:
        del plain["detail"][key]
    assert "mergeOption" not in plain["detail"]
    assert matches(commit_pattern, plain)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(codecommit("reference_updated", branch="staging"), id="another branch"),
        pytest.param(codecommit("reference_updated", branch="main-2"), id="a branch that begins alike"),
        pytest.param(codecommit("reference_updated", branch="feature/main"), id="a branch that ends alike"),
        pytest.param(codecommit("reference_updated", branch="Main"), id="another case"),
        pytest.param(changed(PUSH, TAG), id="a tag of the same name"),
        pytest.param(codecommit("tag_created"), id="the documented tag, of the same name"),
        pytest.param(codecommit("reference_updated", repository="shop-test-api"), id="another repository"),
        pytest.param(
            codecommit("reference_updated", repository="shop-test-web-2"), id="a repository that begins alike"
        ),
        pytest.param(codecommit("reference_deleted"), id="the branch is deleted"),
        pytest.param(changed(PUSH, {"detail.event": "referenceDeleted"}), id="deleted, and else the same"),
        pytest.param(
            changed(PUSH, {"resources": [f"arn:aws:codecommit:us-east-1:{ACCOUNT}:shop-test-web"]}), id="another region"
        ),
        pytest.param(changed(PUSH, {"source": "aws.codebuild"}), id="another service"),
        pytest.param(changed(PUSH, {"detail-type": "CodeCommit Pull Request State Change"}), id="a pull request"),
    ],
)
def test_nothing_else_in_codecommit_starts_it(commit_pattern: str, event: Json) -> None:
    assert not matches(commit_pattern, event)


def test_a_branch_and_a_repository_that_are_set_are_the_ones_that_count() -> None:
    source = 'source "codecommit" {\n repository = "shared"\n create = false\n branch = "release/1"\n}'
    generated = pattern(template(environment(service=source)))
    assert matches(generated, codecommit("reference_updated", "shared", "release/1"))
    assert not matches(generated, codecommit("reference_updated", "shared", "main"))
    assert not matches(generated, PUSH)


# --- S3 -------------------------------------------------------------------------------------


PUT = s3("object_created")


@pytest.fixture(scope="module")
def object_pattern() -> str:
    return pattern(template(environment(service='source "s3" {}')))


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html#ev-events-detail
@pytest.mark.parametrize("reason", ["PutObject", "POST Object", "CopyObject", "CompleteMultipartUpload"])
def test_a_new_version_of_the_object_starts_the_pipeline_however_it_came(object_pattern: str, reason: str) -> None:
    assert matches(object_pattern, changed(PUT, {"detail.reason": reason}))


NOT_STARTED_BY_S3 = [
    pytest.param({"detail.object.key": "other.zip"}, id="another key"),
    pytest.param({"detail.object.key": "source.zip.bak"}, id="a key that begins alike"),
    pytest.param({"detail.object.key": "old/source.zip"}, id="a key that ends alike"),
    pytest.param({"detail.bucket.name": f"{BUCKET}-2", "resources": [f"arn:aws:s3:::{BUCKET}-2"]}, id="another bucket"),
    pytest.param({"detail-type": "Object Deleted"}, id="deleted, and else the same"),
    pytest.param({"detail-type": "Object Tags Added"}, id="tagged"),
    pytest.param({"detail-type": "AWS API Call via CloudTrail"}, id="told by CloudTrail as well"),
    pytest.param({"source": "aws.s3control"}, id="another service"),
]


@pytest.mark.parametrize("changes", NOT_STARTED_BY_S3)
def test_nothing_else_in_s3_starts_it(object_pattern: str, changes: dict[str, object]) -> None:
    assert not matches(object_pattern, changed(PUT, changes))


@pytest.mark.parametrize("name", ["object_deleted", "object_expired", "object_restored"])
def test_an_object_that_goes_or_comes_back_starts_nothing(object_pattern: str, name: str) -> None:
    assert not matches(object_pattern, s3(name))


def test_a_bucket_and_a_key_that_are_set_are_the_ones_that_count() -> None:
    generated = pattern(
        template(environment(service='source "s3" {\n bucket = "drops"\n create = false\n key = "web/app.zip"\n}'))
    )
    assert matches(generated, s3("object_created", "drops", "web/app.zip"))
    assert not matches(generated, s3("object_created", "drops"))
    assert not matches(generated, PUT)


# --- promotion ------------------------------------------------------------------------------

RELEASES = f"shop-dev-web-releases-{ACCOUNT}"


@pytest.fixture(scope="module")
def release_pattern() -> str:
    promotion = environment(service='source "promotion" { environment = "dev" }')
    return pattern(template_among({"dev": environment(), "staging": promotion}, "staging"))


def test_a_release_that_is_handed_over_starts_the_pipeline_that_takes_it_over(release_pattern: str) -> None:
    assert matches(release_pattern, s3("object_created", RELEASES, "release.zip"))


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(s3("object_created", RELEASES, "other.zip"), id="something else in the bucket"),
        pytest.param(
            s3("object_created", f"shop-prod-web-releases-{ACCOUNT}", "release.zip"), id="another environment's release"
        ),
        pytest.param(
            s3("object_created", f"shop-dev-api-releases-{ACCOUNT}", "release.zip"), id="another service's release"
        ),
        pytest.param(s3("object_deleted", RELEASES, "release.zip"), id="the release is deleted"),
    ],
)
def test_nothing_else_in_the_bucket_of_releases_starts_it(release_pattern: str, event: Json) -> None:
    assert not matches(release_pattern, event)


# --- the others, and the matcher itself -----------------------------------------------------


@pytest.mark.parametrize("host", ["github", "gitlab", "bitbucket"])
def test_a_connection_starts_the_pipeline_itself(host: str) -> None:
    generated = template(environment(service=f'source "{host}" {{ repository = "acme/web" }}'))
    assert generated.resources("aws_cloudwatch_event_rule") == {}
    assert generated.only("aws_codepipeline")["trigger"]


def test_a_misspelt_operator_is_no_pattern() -> None:
    assert matches('{"source": [{"prefix": "aws."}]}', PUT)
    with pytest.raises(ValueError, match="prefx"):
        matches('{"source": [{"prefx": "nothing"}]}', PUT)


def test_an_event_in_which_moto_would_not_look_is_refused() -> None:
    with pytest.raises(ValueError, match="does not look into"):
        matches('{"detail": {"r": {"k": ["1"]}}}', {"detail": {"r": [{"k": "1"}]}})


def test_every_rule_of_the_shipped_environments_is_a_pattern() -> None:
    from tests.inventory import ROOT

    seen = 0
    for file in (ROOT / "environments").glob("*/cdk.tf.json"):
        rules = json.loads(file.read_text(encoding="utf-8"))["resource"].get("aws_cloudwatch_event_rule", {})
        for rule in rules.values():
            matches(rule["event_pattern"], PUT)
            seen += 1
    assert seen
