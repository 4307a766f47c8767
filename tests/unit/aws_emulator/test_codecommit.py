import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.codecommit.models import codecommit_backends

from tealform_harness.aws_emulator.codecommit.backend import SourceControlBackend
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, listen

ARN = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:shop"
RULE = json.dumps({"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]})


@pytest.fixture
def codecommit(aws: None) -> Any:
    """CodeCommit with one empty repository, "shop"."""
    made = client("codecommit")
    made.create_repository(repositoryName="shop", repositoryDescription="Source", tags={"owner": "web"})
    return made


def put(codecommit: Any, files: dict[str, bytes], branch: str = "main", parent: str | None = None) -> str:
    """Commits ``files`` and returns the commit's id."""
    given = [{"filePath": path, "fileContent": content} for path, content in files.items()]
    parents = {"parentCommitId": parent} if parent else {}
    commit = codecommit.create_commit(repositoryName="shop", branchName=branch, putFiles=given, **parents)
    return str(commit["commitId"])


def test_times_are_times(codecommit: Any) -> None:
    metadata = codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]

    assert metadata["creationDate"].tzinfo is not None
    assert metadata["Arn"] == ARN


def test_a_repository_keeps_its_tags(codecommit: Any) -> None:
    codecommit.tag_resource(resourceArn=ARN, tags={"owner": "platform", "cost": "42"})
    codecommit.untag_resource(resourceArn=ARN, tagKeys=["cost"])

    assert codecommit.list_tags_for_resource(resourceArn=ARN)["tags"] == {"owner": "platform"}


def test_settings_of_a_repository_change(codecommit: Any) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/one"
    codecommit.update_repository_description(repositoryName="shop", repositoryDescription="All of it")
    before = codecommit.update_repository_encryption_key(repositoryName="shop", kmsKeyId=key)
    codecommit.update_repository_name(oldName="shop", newName="store")

    metadata = codecommit.get_repository(repositoryName="store")["repositoryMetadata"]
    assert before["originalKmsKeyId"].endswith(":alias/aws/codecommit")
    assert (metadata["repositoryDescription"], metadata["kmsKeyId"]) == ("All of it", key)
    assert [each["repositoryName"] for each in codecommit.list_repositories()["repositories"]] == ["store"]


def test_a_commit_holds_the_files_of_its_parent_and_its_own(codecommit: Any) -> None:
    first = put(codecommit, {"Dockerfile": b"FROM scratch", "app/server.py": b"\x00\xff"})
    second = put(codecommit, {"app/new.py": b"pass"}, parent=first)

    folder = codecommit.get_folder(repositoryName="shop", folderPath="/")
    file = codecommit.get_file(repositoryName="shop", commitSpecifier="main", filePath="app/server.py")
    assert [each["absolutePath"] for each in folder["files"]] == ["Dockerfile"]
    assert [each["absolutePath"] for each in folder["subFolders"]] == ["app"]
    assert file["fileContent"] == b"\x00\xff"
    commit = codecommit.get_commit(repositoryName="shop", commitId=second)["commit"]
    assert commit["parents"] == [first]
    assert codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]["commitId"] == second


def test_a_blob_has_the_name_that_git_gives_it(codecommit: Any) -> None:
    file = codecommit.put_file(repositoryName="shop", branchName="main", filePath="hello", fileContent=b"hello\n")

    # echo hello | git hash-object --stdin
    assert file["blobId"] == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_the_first_branch_is_the_default(codecommit: Any) -> None:
    commit = put(codecommit, {"a": b"1"}, branch="trunk")
    codecommit.create_branch(repositoryName="shop", branchName="staging", commitId=commit)

    assert codecommit.list_branches(repositoryName="shop")["branches"] == ["staging", "trunk"]
    assert codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]["defaultBranch"] == "trunk"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "ParentCommitIdRequiredException"),
        ({"parentCommitId": "0" * 40}, "ParentCommitDoesNotExistException"),
        ({"parentCommitId": "first"}, "ParentCommitIdOutdatedException"),
        ({"parentCommitId": "second", "content": b"2"}, "NoChangeException"),
        ({"branchName": "other"}, "BranchDoesNotExistException"),
    ],
)
def test_a_commit_must_change_the_tip_of_its_branch(codecommit: Any, change: dict[str, Any], code: str) -> None:
    first = put(codecommit, {"a": b"1"})
    commits = {"first": first, "second": put(codecommit, {"a": b"2"}, parent=first)}
    parent = change.get("parentCommitId")

    with pytest.raises(ClientError, match=code):
        put(
            codecommit,
            {"a": change.get("content", b"3")},
            change.get("branchName", "main"),
            commits.get(parent, parent) if parent else None,
        )


def test_the_default_branch_cannot_be_deleted(codecommit: Any) -> None:
    commit = put(codecommit, {"a": b"1"})
    codecommit.create_branch(repositoryName="shop", branchName="side", commitId=commit)

    codecommit.delete_branch(repositoryName="shop", branchName="side")
    with pytest.raises(ClientError, match="DefaultBranchCannotBeDeletedException"):
        codecommit.delete_branch(repositoryName="shop", branchName="main")

    assert codecommit.list_branches(repositoryName="shop")["branches"] == ["main"]


def test_a_push_is_told_to_eventbridge(codecommit: Any) -> None:
    events = listen(source=["aws.codecommit"], detail={"referenceType": ["branch"], "referenceName": ["main"]})

    first = put(codecommit, {"a": b"1"})
    codecommit.create_branch(repositoryName="shop", branchName="other", commitId=first)
    second = put(codecommit, {"a": b"2"}, parent=first)

    told = events()
    assert [(event["detail"]["event"], event["detail"]["commitId"]) for event in told] == [
        ("referenceCreated", first),
        ("referenceUpdated", second),
    ]
    assert all(event["resources"] == [ARN] for event in told)
    assert told[1]["detail"]["oldCommitId"] == first


def test_a_pipeline_takes_the_newest_files_as_a_zip(codecommit: Any) -> None:
    commit = put(codecommit, {"Dockerfile": b"FROM scratch", "app/server.py": b"pass"})
    backend = codecommit_backends[ACCOUNT][REGION]
    assert isinstance(backend, SourceControlBackend)

    version, archive = backend.source("shop", "main")

    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert {name: files.read(name) for name in files.namelist()} == {
            "Dockerfile": b"FROM scratch",
            "app/server.py": b"pass",
        }
    assert version == commit


def test_a_template_is_associated_with_repositories(codecommit: Any) -> None:
    codecommit.create_approval_rule_template(approvalRuleTemplateName="two", approvalRuleTemplateContent=RULE)
    codecommit.associate_approval_rule_template_with_repository(approvalRuleTemplateName="two", repositoryName="shop")

    template = codecommit.get_approval_rule_template(approvalRuleTemplateName="two")["approvalRuleTemplate"]
    associated = codecommit.list_associated_approval_rule_templates_for_repository(repositoryName="shop")
    repositories = codecommit.list_repositories_for_approval_rule_template(approvalRuleTemplateName="two")
    assert template["approvalRuleTemplateContent"] == RULE
    assert associated["approvalRuleTemplateNames"] == ["two"]
    assert repositories["repositoryNames"] == ["shop"]


def test_a_template_changes_and_stays_the_same_one(codecommit: Any) -> None:
    create = codecommit.create_approval_rule_template
    before = create(approvalRuleTemplateName="two", approvalRuleTemplateContent=RULE)["approvalRuleTemplate"]
    codecommit.update_approval_rule_template_description(
        approvalRuleTemplateName="two", approvalRuleTemplateDescription="Somebody else"
    )
    codecommit.update_approval_rule_template_name(oldApprovalRuleTemplateName="two", newApprovalRuleTemplateName="one")

    after = codecommit.get_approval_rule_template(approvalRuleTemplateName="one")["approvalRuleTemplate"]
    assert after["approvalRuleTemplateId"] == before["approvalRuleTemplateId"]
    assert after["approvalRuleTemplateDescription"] == "Somebody else"


def test_a_template_in_use_cannot_be_deleted(codecommit: Any) -> None:
    codecommit.create_approval_rule_template(approvalRuleTemplateName="two", approvalRuleTemplateContent=RULE)
    both = {"approvalRuleTemplateName": "two", "repositoryName": "shop"}
    codecommit.associate_approval_rule_template_with_repository(**both)

    with pytest.raises(ClientError, match="ApprovalRuleTemplateInUseException"):
        codecommit.delete_approval_rule_template(approvalRuleTemplateName="two")
    codecommit.disassociate_approval_rule_template_from_repository(**both)
    codecommit.delete_approval_rule_template(approvalRuleTemplateName="two")

    assert codecommit.list_approval_rule_templates()["approvalRuleTemplateNames"] == []


def test_a_template_without_statements_is_refused(codecommit: Any) -> None:
    with pytest.raises(ClientError, match="InvalidApprovalRuleTemplateContentException"):
        codecommit.create_approval_rule_template(approvalRuleTemplateName="two", approvalRuleTemplateContent="{}")
