"""A CodeCommit repository whose pushes are released."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tealform.aws import (
    CodecommitApprovalRuleTemplate,
    CodecommitApprovalRuleTemplateAssociation,
    CodecommitRepository,
    CodepipelineTrigger,
    Construct,
    TerraformResourceLifecycle,
)
from tealform.common.iam import Statement
from tealform.naming import Context
from tealform.pipeline.action import SOURCE, Step, action
from tealform.settings.source import CodeCommit


@dataclass(frozen=True)
class CodeCommitSourceProps:
    """The service, the repository and branch as they are set, and whether a destroy may take the source along."""

    context: Context
    service: str
    settings: CodeCommit
    disposable: bool


class CodeCommitSource(Construct):
    """A repository, created or existing. ``clone_url`` is there when it was created."""

    def __init__(self, scope: Construct, id_: str, props: CodeCommitSourceProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        self.repository = props.settings.repository or context.name(props.service)
        self.branch = props.settings.branch
        self.arn = context.arn("codecommit", self.repository)
        self.about = f"{self.branch} of {self.repository}"
        self.link = (
            f"{context.console}/codesuite/codecommit/repositories/{self.repository}"
            f"/commit/#{{SourceVariables.CommitId}}?region={context.region}"
        )
        self.clone_url: str | None = None
        if props.settings.create:
            created = CodecommitRepository(
                self,
                "repository",
                repository_name=self.repository,
                description=f"Source of {props.context.name(props.service)}",
                # Deleting a repository deletes all that was ever pushed to it.
                lifecycle=None if props.disposable else TerraformResourceLifecycle(prevent_destroy=True),
            )
            self.clone_url = created.clone_url_http
            if props.settings.approvals:
                self._require_approvals(created, props.settings.approvals)

    def _require_approvals(self, repository: CodecommitRepository, approvals: int) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html"""
        content = {
            "Version": "2018-11-08",
            "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": approvals}],
        }
        template = CodecommitApprovalRuleTemplate(
            self,
            "approvals",
            name=self.repository,
            description=f"Approvals for pull requests of {self.repository}, to whichever branch",
            content=json.dumps(content, sort_keys=True),
        )
        CodecommitApprovalRuleTemplateAssociation(
            self,
            "approvals-association",
            approval_rule_template_name=template.name,
            repository_name=repository.repository_name,
        )

    def step(self) -> Step:
        """Takes the branch's newest commit.

        Rights: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
        """
        configuration = {
            "RepositoryName": self.repository,
            "BranchName": self.branch,
            "PollForSourceChanges": "false",
            "OutputArtifactFormat": "CODE_ZIP",
        }
        reading = Statement(
            sid="ReadSource",
            actions=[
                "codecommit:CancelUploadArchive",
                "codecommit:GetBranch",
                "codecommit:GetCommit",
                "codecommit:GetRepository",
                "codecommit:GetUploadArchiveStatus",
                "codecommit:UploadArchive",
            ],
            resources=[self.arn],
        )
        take = action("Source", "Source", "CodeCommit", configuration, outputs=[SOURCE], namespace="SourceVariables")
        return Step("Source", take, [reading])

    def event_pattern(self) -> dict[str, Any]:
        """What EventBridge says when the branch is pushed to, and only then.

        https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
        """
        return {
            "source": ["aws.codecommit"],
            "detail-type": ["CodeCommit Repository State Change"],
            "resources": [self.arn],
            "detail": {
                "event": ["referenceCreated", "referenceUpdated"],
                "referenceType": ["branch"],
                "referenceName": [self.branch],
            },
        }

    def triggers(self) -> list[CodepipelineTrigger]:
        """None: triggers of a pipeline work with connections only."""
        return []

    def outputs(self) -> dict[str, tuple[str, str]]:
        """Where to push, if the repository was created here."""
        return {"clone-url": (self.clone_url, "pushed to")} if self.clone_url else {}
