"""Approval rule templates of CodeCommit, and the repositories that they are associated with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError


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

    def described(self) -> dict[str, Any]:
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
        """Raises if the name is taken, or the content is not JSON."""
        if template.name in self._templates:
            raise _taken(template.name)
        _check_content(template.content)
        self._templates[template.name] = template
        self._repositories[template.name] = set()
        return template

    def get(self, name: str) -> ApprovalRuleTemplate:
        """Raises if there is none of that name."""
        if name not in self._templates:
            raise JsonRESTError("ApprovalRuleTemplateDoesNotExistException", f"{name} does not exist")
        return self._templates[name]

    def names(self) -> list[str]:
        """All of them, sorted."""
        return sorted(self._templates)

    def change(self, template: ApprovalRuleTemplate) -> ApprovalRuleTemplate:
        """Takes the place of the template of the same name."""
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
        """Refuses one that is associated with a repository."""
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

    def repositories_of(self, name: str) -> list[str]:
        """The repositories that a template is associated with."""
        self.get(name)
        return sorted(self._repositories[name])

    def templates_of(self, repository: str) -> list[str]:
        """The names of the templates that are associated with ``repository``."""
        return sorted(name for name, repositories in self._repositories.items() if repository in repositories)

    def forget(self, repository: str) -> None:
        """Ends all associations of a repository that is deleted."""
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
