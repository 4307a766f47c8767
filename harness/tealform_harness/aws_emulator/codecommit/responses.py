"""How requests to CodeCommit are read and answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, cast

from moto.codecommit.models import codecommit_backends
from moto.codecommit.responses import CodeCommitResponse
from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator.codecommit.backend import (
    ApprovalRuleTemplate,
    ApprovalRuleTemplates,
    Repository,
    SourceControlBackend,
)
from tealform_harness.aws_emulator.codecommit.history import Change, Commit, File
from tealform_harness.aws_emulator.moto_patch import ParsedResponse


class _Requests(ParsedResponse, CodeCommitResponse):
    @property
    def codecommit_backend(self) -> SourceControlBackend:
        return cast(SourceControlBackend, codecommit_backends[self.current_account][self.region])

    @property
    def _repository(self) -> Repository:
        return self.codecommit_backend.repository(self._get_param("repositoryName"))


class _Repositories(_Requests):
    def create_repository(self) -> str:
        super().create_repository()
        repository = self._repository
        repository.tags.update(self._get_param("tags") or {})
        if key := self._get_param("kmsKeyId"):
            repository.change(kmsKeyId=key)
        return self.answer({"repositoryMetadata": repository.metadata})

    def get_repository(self) -> str:
        super().get_repository()
        return self.answer({"repositoryMetadata": self._repository.metadata})

    def list_repositories(self) -> str:
        names = sorted(self.codecommit_backend.repositories)
        found = [self.codecommit_backend.repository(name).metadata for name in names]
        members = ("repositoryName", "repositoryId")
        return self.answer({"repositories": [{name: each[name] for name in members} for each in found]})

    def update_repository_name(self) -> str:
        self.codecommit_backend.rename_repository(self._get_param("oldName"), self._get_param("newName"))
        return self.answer(None)

    def update_repository_description(self) -> str:
        self._repository.change(repositoryDescription=self._get_param("repositoryDescription", ""))
        return self.answer(None)

    def update_repository_encryption_key(self) -> str:
        before = dict(self._repository.metadata)
        self._repository.change(kmsKeyId=self._get_param("kmsKeyId"))
        return self.answer({**self._repository.metadata, "originalKmsKeyId": before["kmsKeyId"]})

    def update_default_branch(self) -> str:
        self.codecommit_backend.update_default_branch(
            self._get_param("repositoryName"), self._get_param("defaultBranchName")
        )
        return self.answer(None)

    def list_tags_for_resource(self) -> str:
        return self.answer({"tags": self._tags()})

    def tag_resource(self) -> str:
        self._tags().update(self._get_param("tags"))
        return self.answer(None)

    def untag_resource(self) -> str:
        for key in self._get_param("tagKeys"):
            self._tags().pop(key, None)
        return self.answer(None)

    def _tags(self) -> dict[str, str]:
        return self.codecommit_backend.get_repository_by_arn(self._get_param("resourceArn")).tags


class _Commits(_Requests):
    def create_branch(self) -> str:
        self.codecommit_backend.create_branch(
            self._get_param("repositoryName"), self._get_param("branchName"), self._get_param("commitId")
        )
        return self.answer(None)

    def get_branch(self) -> str:
        name = self._get_param("branchName")
        return self.answer({"branch": {"branchName": name, "commitId": self._repository.history.branch(name)}})

    def list_branches(self) -> str:
        return self.answer({"branches": sorted(self._repository.history.branches)})

    def delete_branch(self) -> str:
        name = self._get_param("branchName")
        commit_id = self.codecommit_backend.delete_branch(self._get_param("repositoryName"), name)
        return self.answer({"deletedBranch": {"branchName": name, "commitId": commit_id}})

    def create_commit(self) -> str:
        put = {each["filePath"]: _parse_file(each) for each in self._get_param("putFiles") or []}
        delete = [each["filePath"] for each in self._get_param("deleteFiles") or []]
        commit = self._commit(Change(put, delete), self._get_param("authorName"))
        return self.answer(
            {
                "commitId": commit.commit_id,
                "treeId": commit.tree_id,
                "filesAdded": [_describe_file(path, file) for path, file in put.items()],
                "filesDeleted": [{"absolutePath": path} for path in delete],
            }
        )

    def put_file(self) -> str:
        file = _parse_file(self.params)
        commit = self._commit(Change({self._get_param("filePath"): file}), self._get_param("name"))
        return self.answer({"commitId": commit.commit_id, "treeId": commit.tree_id, "blobId": file.blob_id})

    def get_commit(self) -> str:
        commit_id = self._get_param("commitId")
        commit = self._repository.history.commits.get(commit_id)
        if commit is None:
            raise JsonRESTError("CommitIdDoesNotExistException", f"{commit_id} does not exist")
        author = {"name": commit.name, "email": commit.email, "date": f"{commit.date.timestamp():.0f} +0000"}
        return self.answer(
            {
                "commit": {
                    "commitId": commit_id,
                    "treeId": commit.tree_id,
                    "parents": list(commit.parents),
                    "message": commit.message,
                    "author": author,
                    "committer": author,
                }
            }
        )

    def get_file(self) -> str:
        commit_id, commit = self._commit_asked_for()
        path = self._get_param("filePath").lstrip("/")
        if path not in commit.files:
            raise JsonRESTError("FileDoesNotExistException", f"{path} does not exist in {commit_id}")
        file = commit.files[path]
        return self.answer(
            {
                "commitId": commit_id,
                "blobId": file.blob_id,
                "filePath": path,
                "fileMode": file.mode,
                "fileSize": len(file.content),
                "fileContent": file.content,
            }
        )

    def get_folder(self) -> str:
        commit_id, commit = self._commit_asked_for()
        folder = PurePosixPath(self._get_param("folderPath").strip("/"))
        below = {path: file for path, file in commit.files.items() if folder in PurePosixPath(path).parents}
        if not below:
            raise JsonRESTError("FolderDoesNotExistException", f"{folder} does not exist in {commit_id}")
        folders = {PurePosixPath(path).relative_to(folder).parts[0] for path in below} - {
            PurePosixPath(path).name for path in below if PurePosixPath(path).parent == folder
        }
        return self.answer(
            {
                "commitId": commit_id,
                "folderPath": "" if folder == PurePosixPath() else str(folder),
                "subFolders": [{"absolutePath": str(folder / name), "relativePath": name} for name in sorted(folders)],
                "files": [
                    {**_describe_file(path, file), "relativePath": PurePosixPath(path).name}
                    for path, file in sorted(below.items())
                    if PurePosixPath(path).parent == folder
                ],
            }
        )

    def _commit(self, change: Change, author: str | None) -> Commit:
        return self.codecommit_backend.commit(
            self._get_param("repositoryName"),
            self._get_param("branchName"),
            self._get_param("parentCommitId"),
            change,
            (self._get_param("commitMessage") or "", author or "", self._get_param("email") or ""),
        )

    def _commit_asked_for(self) -> tuple[str, Commit]:
        specifier = self._get_param("commitSpecifier") or self._repository.metadata.get("defaultBranch", "HEAD")
        return self._repository.history.find_commit(specifier)


class _Templates(_Requests):
    def create_approval_rule_template(self) -> str:
        template = ApprovalRuleTemplate(
            self._name,
            self._get_param("approvalRuleTemplateContent"),
            self._get_param("approvalRuleTemplateDescription"),
            f"arn:aws:iam::{self.current_account}:root",
        )
        return self._answer(self._templates.create(template))

    def get_approval_rule_template(self) -> str:
        return self._answer(self._templates.get(self._name))

    def list_approval_rule_templates(self) -> str:
        return self.answer({"approvalRuleTemplateNames": self._templates.names()})

    def update_approval_rule_template_content(self) -> str:
        changed = replace(self._templates.get(self._name), content=self._get_param("newRuleContent"))
        return self._answer(self._templates.change(changed))

    def update_approval_rule_template_description(self) -> str:
        description = self._get_param("approvalRuleTemplateDescription")
        return self._answer(self._templates.change(replace(self._templates.get(self._name), description=description)))

    def update_approval_rule_template_name(self) -> str:
        old, new = self._get_param("oldApprovalRuleTemplateName"), self._get_param("newApprovalRuleTemplateName")
        return self._answer(self._templates.rename(old, new))

    def delete_approval_rule_template(self) -> str:
        template = self._templates.delete(self._name)
        return self.answer({"approvalRuleTemplateId": template.template_id})

    def associate_approval_rule_template_with_repository(self) -> str:
        self._templates.associate(self._name, self._repository.metadata["repositoryName"])
        return self.answer(None)

    def disassociate_approval_rule_template_from_repository(self) -> str:
        self._templates.disassociate(self._name, self._repository.metadata["repositoryName"])
        return self.answer(None)

    def list_associated_approval_rule_templates_for_repository(self) -> str:
        names = self._templates.list_templates(self._repository.metadata["repositoryName"])
        return self.answer({"approvalRuleTemplateNames": names})

    def list_repositories_for_approval_rule_template(self) -> str:
        return self.answer({"repositoryNames": self._templates.list_associated_repositories(self._name)})

    @property
    def _name(self) -> str:
        return str(self._get_param("approvalRuleTemplateName"))

    @property
    def _templates(self) -> ApprovalRuleTemplates:
        return self.codecommit_backend.templates

    def _answer(self, template: ApprovalRuleTemplate) -> str:
        return self.answer({"approvalRuleTemplate": template.describe()})


class SourceControlResponse(_Repositories, _Commits, _Templates):
    """Answers for ``SourceControlBackend``: https://docs.aws.amazon.com/codecommit/latest/APIReference/."""


def _parse_file(given: dict[str, Any]) -> File:
    if given.get("fileContent") is None:
        raise JsonRESTError("SourceFileOrContentRequiredException", f"{given['filePath']} comes without content")
    return File(given["fileContent"], given.get("fileMode") or "NORMAL")


def _describe_file(path: str, file: File) -> dict[str, str]:
    return {"absolutePath": path, "blobId": file.blob_id, "fileMode": file.mode}
