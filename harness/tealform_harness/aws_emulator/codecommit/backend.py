"""Repositories and approval rule templates of CodeCommit in an account and region."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.codecommit.models import CodeCommit, CodeCommitBackend
from moto.core.exceptions import JsonRESTError

from tealform_harness.aws_emulator import service_events
from tealform_harness.aws_emulator.codecommit.history import Change, Commit, History
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend


@dataclass(frozen=True)
class ApprovalRuleTemplate:
    """An approval rule template; ``content`` is the JSON text that says how many approvals of whom are needed."""

    name: str
    content: str
    description: str | None
    user: str
    template_id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))

    def describe(self) -> dict[str, Any]:
        """As GetApprovalRuleTemplate answers."""
        return {
            "approvalRuleTemplateId": self.template_id,
            "approvalRuleTemplateName": self.name,
            "approvalRuleTemplateDescription": self.description,
            "approvalRuleTemplateContent": self.content,
            "ruleContentSha256": hashlib.sha256(self.content.encode()).hexdigest(),
            "lastModifiedDate": self.changed,
            "creationDate": self.created,
            "lastModifiedUser": self.user,
        }


class ApprovalRuleTemplates:
    """The templates of an account in a region, by name.

    https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateApprovalRuleTemplate.html
    """

    def __init__(self) -> None:
        self._templates: dict[str, ApprovalRuleTemplate] = {}
        self._repositories: dict[str, set[str]] = {}

    def create(self, template: ApprovalRuleTemplate) -> ApprovalRuleTemplate:
        """Raise if the name is taken, or the content is not JSON."""
        if template.name in self._templates:
            raise _taken(template.name)
        _check_content(template.content)
        self._templates[template.name] = template
        self._repositories[template.name] = set()
        return template

    def get(self, name: str) -> ApprovalRuleTemplate:
        """Raise if there is none of that name."""
        if name not in self._templates:
            raise JsonRESTError("ApprovalRuleTemplateDoesNotExistException", f"{name} does not exist")
        return self._templates[name]

    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted(self._templates)

    def change(self, template: ApprovalRuleTemplate) -> ApprovalRuleTemplate:
        """Take the place of the template of the same name."""
        _check_content(template.content)
        self._templates[template.name] = replace(template, changed=datetime.now(UTC))
        return self._templates[template.name]

    def rename(self, old: str, new: str) -> ApprovalRuleTemplate:
        """A template keeps its id and its repositories; raises if the new name is taken."""
        if new != old and new in self._templates:
            raise _taken(new)
        template = self.get(old)
        self._repositories[new] = self._repositories.pop(old)
        del self._templates[old]
        return self.change(replace(template, name=new))

    def delete(self, name: str) -> ApprovalRuleTemplate:
        """Refuse one that is associated with a repository."""
        self.get(name)
        if self._repositories[name]:
            message = f"{name} is associated with a repository"
            raise JsonRESTError("ApprovalRuleTemplateInUseException", message)
        del self._repositories[name]
        return self._templates.pop(name)

    def associate(self, name: str, repository: str) -> None:
        """Doing so again changes nothing."""
        self.get(name)
        self._repositories[name].add(repository)

    def disassociate(self, name: str, repository: str) -> None:
        """Doing so again changes nothing."""
        self.get(name)
        self._repositories[name].discard(repository)

    def list_associated_repositories(self, name: str) -> list[str]:
        """The repositories that a template is associated with."""
        self.get(name)
        return sorted(self._repositories[name])

    def list_templates(self, repository: str) -> list[str]:
        """The names of the templates that are associated with ``repository``."""
        return sorted(name for name, repositories in self._repositories.items() if repository in repositories)

    def forget(self, repository: str) -> None:
        """End all associations of a repository that is deleted."""
        for repositories in self._repositories.values():
            repositories.discard(repository)


def _taken(name: str) -> JsonRESTError:
    message = f"An approval rule template named {name} already exists"
    return JsonRESTError("ApprovalRuleTemplateNameAlreadyExistsException", message)


def _check_content(content: str) -> None:
    try:
        statements = json.loads(content)["Statements"]
    except (ValueError, KeyError, TypeError):
        statements = []
    if not statements:
        message = "The content of the approval rule template is not valid"
        raise JsonRESTError("InvalidApprovalRuleTemplateContentException", message)


class Repository(CodeCommit):
    """Also holds tags, a key and commits; its times are times and no text."""

    def __init__(self, account_id: str, region: str, name: str, description: str | None) -> None:
        super().__init__(account_id, region, description or "", name)
        self.tags: dict[str, str] = {}
        self.history = History()
        self.metadata: dict[str, Any] = {
            **self.repository_metadata,
            "repositoryDescription": description,
            "kmsKeyId": f"arn:aws:kms:{region}:{account_id}:alias/aws/codecommit",
            "creationDate": datetime.now(UTC),
            "lastModifiedDate": datetime.now(UTC),
        }

    def change(self, **metadata: str) -> None:
        """Change what GetRepository answers."""
        self.metadata.update(metadata, lastModifiedDate=datetime.now(UTC))


class SourceControlBackend(ExtendedBackend, CodeCommitBackend):
    """Carries CodeCommit on: https://docs.aws.amazon.com/codecommit/latest/APIReference/Welcome.html."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.templates = ApprovalRuleTemplates()

    def create_repository(self, repository_name: str, repository_description: str | None) -> dict[str, str]:
        """Raise if the name is taken."""
        super().create_repository(repository_name, repository_description or "")
        repository = Repository(self.account_id, self.region_name, repository_name, repository_description)
        self.repositories[repository_name] = repository
        return repository.repository_metadata

    def repository(self, name: str) -> Repository:
        """Raise if there is none of that name."""
        self.get_repository(name)
        repository = self.repositories[name]
        assert isinstance(repository, Repository)
        return repository

    def get_repository_by_arn(self, arn: str) -> Repository:
        """Raise if the ARN is not that of a repository here."""
        return self.repository(arn.rpartition(":")[2])

    def rename_repository(self, old: str, new: str) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateRepositoryName.html."""
        before = self.repository(old)
        self.create_repository(new, before.metadata["repositoryDescription"])
        after = self.repository(new)
        after.tags, after.history = before.tags, before.history
        kept = ("repositoryId", "creationDate", "kmsKeyId", "defaultBranch")
        after.change(**{name: before.metadata[name] for name in kept if name in before.metadata})
        del self.repositories[old]

    def delete_repository(self, repository_name: str) -> str | None:
        """Templates are no longer associated with it."""
        self.templates.forget(repository_name)
        return super().delete_repository(repository_name)

    def commit(self, name: str, branch: str, parent: str | None, change: Change, said: tuple[str, str, str]) -> Commit:
        """Put a commit on a branch and tells EventBridge so; see ``History.commit``.

        The first branch of a repository becomes its default branch.
        """
        repository = self.repository(name)
        before = repository.history.branches.get(branch)
        commit = repository.history.commit(branch, parent, change, said)
        repository.metadata.setdefault("defaultBranch", branch)
        self._publish_change(repository, branch, before, commit.commit_id)
        return commit

    def create_branch(self, name: str, branch: str, commit_id: str) -> None:
        """Create a branch at a commit and tells EventBridge so."""
        repository = self.repository(name)
        repository.history.create_branch(branch, commit_id)
        self._publish_change(repository, branch, None, commit_id)

    def update_default_branch(self, name: str, branch: str) -> None:
        """Raise if there is no such branch."""
        repository = self.repository(name)
        repository.history.branch(branch)
        repository.change(defaultBranch=branch)

    def delete_branch(self, name: str, branch: str) -> str:
        """Return the id of the commit that it was at; the default branch stays.

        https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteBranch.html
        """
        repository = self.repository(name)
        if repository.metadata.get("defaultBranch") == branch:
            message = f"{branch} is the default branch and cannot be deleted"
            raise JsonRESTError("DefaultBranchCannotBeDeletedException", message)
        before = repository.history.branch(branch)
        del repository.history.branches[branch]
        self._publish_change(repository, branch, before, None)
        return before

    def source(self, name: str, branch: str) -> tuple[str, bytes]:
        """What a pipeline takes from a branch: the id of its newest commit, and the files as a ZIP."""
        history = self.repository(name).history
        commit_id = history.branch(branch)
        return commit_id, history.commits[commit_id].archive()

    def _publish_change(self, repository: Repository, branch: str, before: str | None, after: str | None) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html."""
        event = "referenceDeleted" if after is None else "referenceUpdated" if before else "referenceCreated"
        detail = {
            "event": event,
            "repositoryName": repository.metadata["repositoryName"],
            "repositoryId": repository.metadata["repositoryId"],
            "referenceType": "branch",
            "referenceName": branch,
            "referenceFullName": f"refs/heads/{branch}",
            "commitId": after or before,
            **({"oldCommitId": before} if before else {}),
            "callerUserArn": f"arn:aws:iam::{self.account_id}:root",
        }
        arn = repository.metadata["Arn"]
        service_events.publish_event(
            self.account_id, self.region_name, "aws.codecommit", "CodeCommit Repository State Change", [arn], detail
        )
