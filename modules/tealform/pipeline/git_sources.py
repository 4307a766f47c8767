"""Git repositories whose pushes are released: on CodeCommit, or on a host that AWS reaches through CodeConnections."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tealform.aws import (
    CodecommitApprovalRuleTemplate,
    CodecommitApprovalRuleTemplateAssociation,
    CodecommitRepository,
    CodeconnectionsConnection,
    CodepipelineTrigger,
    CodepipelineTriggerGitConfiguration,
    CodepipelineTriggerGitConfigurationPush,
    CodepipelineTriggerGitConfigurationPushBranches,
    CodepipelineTriggerGitConfigurationPushFilePaths,
    CodepipelineTriggerGitConfigurationPushTags,
    Construct,
    TerraformOutput,
    TerraformResourceLifecycle,
)
from tealform.common.iam import Statement
from tealform.naming import Context
from tealform.pipeline.action import SOURCE, Source, Step, create_action
from tealform.settings.service import Service
from tealform.settings.source import Bitbucket, CodeCommit, Connected, GitHub, GitLab

HOSTS = {
    "github": ("GitHub", "https://github.com/{}/commit/"),
    "gitlab": ("GitLab", "https://gitlab.com/{}/-/commit/"),
    "bitbucket": ("Bitbucket", "https://bitbucket.org/{}/commits/"),
}
"""The name of each host in CodeConnections, and the address at which the host shows a commit."""


@dataclass(frozen=True, kw_only=True)
class CodeCommitSourceProps:
    """Configures a ``CodeCommitSource``."""

    context: Context
    """The account and region of the pipeline."""

    service: str
    """The service's name."""

    settings: CodeCommit
    """The ``source "codecommit"`` block of the service's settings."""

    disposable: bool
    """Whether destroying the environment may delete the repository."""


class CodeCommitSource(Construct):
    """A CodeCommit repository, created or existing, as the ``source`` of a pipeline."""

    def __init__(self, scope: Construct, id_: str, props: CodeCommitSourceProps) -> None:
        super().__init__(scope, id_)
        context, settings = props.context, props.settings
        repository, branch = settings.repository or context.name(props.service), settings.branch
        arn = context.arn("codecommit", repository)
        clone_url: str | None = None
        if settings.create:
            created = CodecommitRepository(
                self,
                "repository",
                repository_name=repository,
                description=f"Source of {context.name(props.service)}",
                # Deleting a repository deletes all that was ever pushed to it.
                lifecycle=None if props.disposable else TerraformResourceLifecycle(prevent_destroy=True),
            )
            clone_url = created.clone_url_http
            if settings.approvals:
                self._require_approvals(created, repository, settings.approvals)
        self.source = Source(
            about=f"{branch} of {repository}",
            link=f"{context.console}/codesuite/codecommit/repositories/{repository}"
            f"/commit/#{{SourceVariables.CommitId}}?region={context.region}",
            step=_codecommit_step(arn, repository, branch),
            # https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
            event_pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [arn],
                "detail": {
                    "event": ["referenceCreated", "referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": [branch],
                },
            },
            outputs={"clone-url": (clone_url, "pushed to")} if clone_url else {},
        )

    def _require_approvals(self, repository: CodecommitRepository, name: str, approvals: int) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html"""
        content = {
            "Version": "2018-11-08",
            "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": approvals}],
        }
        template = CodecommitApprovalRuleTemplate(
            self,
            "approvals",
            name=name,
            description=f"Approvals for pull requests of {name}, to whichever branch",
            content=json.dumps(content, sort_keys=True),
        )
        CodecommitApprovalRuleTemplateAssociation(
            self,
            "approvals-association",
            approval_rule_template_name=template.name,
            repository_name=repository.repository_name,
        )


def _codecommit_step(arn: str, repository: str, branch: str) -> Step:
    """Permissions: https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"""
    configuration = {
        "RepositoryName": repository,
        "BranchName": branch,
        "PollForSourceChanges": "false",
        "OutputArtifactFormat": "CODE_ZIP",
    }
    read = Statement(
        "ReadSource",
        [
            "codecommit:CancelUploadArchive",
            "codecommit:GetBranch",
            "codecommit:GetCommit",
            "codecommit:GetRepository",
            "codecommit:GetUploadArchiveStatus",
            "codecommit:UploadArchive",
        ],
        [arn],
    )
    take = create_action("Source", "Source", "CodeCommit", configuration, outputs=[SOURCE], namespace="SourceVariables")
    return Step("Source", take, [read])


def create_connection_source(settings: GitHub | GitLab | Bitbucket, connection_arn: str) -> Source:
    """Return a source that reads a repository through a connection; the connection itself detects pushes.

    In CodePipeline the action still has the old name of the service:
    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    """
    configuration = {
        "ConnectionArn": connection_arn,
        "FullRepositoryId": settings.repository,
        "BranchName": settings.branch,
        "OutputArtifactFormat": "CODE_ZIP",
        # The trigger starts the pipeline; with both, each push would count twice.
        "DetectChanges": "false",
    }
    use = Statement(
        "ReadSource", ["codeconnections:UseConnection", "codestar-connections:UseConnection"], [connection_arn]
    )
    take = create_action(
        "Source", "Source", "CodeStarSourceConnection", configuration, outputs=[SOURCE], namespace="SourceVariables"
    )
    watched = f"tags like {', '.join(settings.tags)}" if settings.tags else settings.branch
    _, address = HOSTS[settings.kind]
    git = CodepipelineTriggerGitConfiguration(source_action_name="Source", push=[_push_filter(settings)])
    return Source(
        about=f"{watched} of {settings.repository}",
        link=address.format(settings.repository) + "#{SourceVariables.CommitId}",
        step=Step("Source", take, [use]),
        triggers=[CodepipelineTrigger(provider_type="CodeStarSourceConnection", git_configuration=git)],
    )


def _push_filter(settings: GitHub | GitLab | Bitbucket) -> CodepipelineTriggerGitConfigurationPush:
    """Return the filter for a tag, or for a push to the branch that changes watched files.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """
    if settings.tags:
        tags = CodepipelineTriggerGitConfigurationPushTags(includes=list(settings.tags))
        return CodepipelineTriggerGitConfigurationPush(tags=tags)
    files = CodepipelineTriggerGitConfigurationPushFilePaths(
        includes=list(settings.paths) or None, excludes=list(settings.ignore_paths) or None
    )
    return CodepipelineTriggerGitConfigurationPush(
        branches=CodepipelineTriggerGitConfigurationPushBranches(includes=[settings.branch]),
        file_paths=files if settings.paths or settings.ignore_paths else None,
    )


def create_connections(scope: Construct, context: Context, services: Iterable[Service]) -> dict[str, str]:
    """Create a connection for each host that a service names without a connection of its own; return their ARNs by host.

    A connection is pending until somebody completes it in the console; no API can:
    https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
    """
    sources = [service.source for service in services]
    kinds = {source.kind for source in sources if isinstance(source, Connected) and source.connection is None}
    return {kind: _create_connection(scope, context, kind) for kind in sorted(kinds)}


def _create_connection(scope: Construct, context: Context, kind: str) -> str:
    host, _ = HOSTS[kind]
    # AWS allows 32 characters in the name.
    connection = CodeconnectionsConnection(scope, f"connection-{kind}", name=context.name(kind), provider_type=host)
    TerraformOutput(
        scope,
        f"{kind}-connection",
        value=f"{context.console}/codesuite/settings/connections?region={context.region}",
        description=f"Where somebody completes the connection to {host}, once",
    )
    return connection.arn
