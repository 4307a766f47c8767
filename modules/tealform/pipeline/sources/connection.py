"""A repository on GitHub, GitLab or Bitbucket, which AWS reaches through CodeConnections."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import (
    CodepipelineTrigger,
    CodepipelineTriggerGitConfiguration,
    CodepipelineTriggerGitConfigurationPush,
    CodepipelineTriggerGitConfigurationPushBranches,
    CodepipelineTriggerGitConfigurationPushFilePaths,
    CodepipelineTriggerGitConfigurationPushTags,
)
from tealform.common.iam import Statement
from tealform.pipeline.action import SOURCE, Step, action
from tealform.settings.source import Bitbucket, GitHub, GitLab

HOSTS = {
    "github": ("GitHub", "https://github.com/{}/commit/"),
    "gitlab": ("GitLab", "https://gitlab.com/{}/-/commit/"),
    "bitbucket": ("Bitbucket", "https://bitbucket.org/{}/commits/"),
}
"""What CodeConnections calls each host, and where the host shows a commit."""


@dataclass(frozen=True)
class ConnectionSource:
    """The repository, branch and filters as they are set, and the connection that leads there."""

    settings: GitHub | GitLab | Bitbucket
    connection_arn: str

    @property
    def about(self) -> str:
        """What is watched."""
        watched = f"tags like {', '.join(self.settings.tags)}" if self.settings.tags else self.settings.branch
        return f"{watched} of {self.settings.repository}"

    @property
    def link(self) -> str:
        """The commit, as the host shows it."""
        _, address = HOSTS[self.settings.kind]
        return address.format(self.settings.repository) + "#{SourceVariables.CommitId}"

    def step(self) -> Step:
        """Takes the commit that was pushed.

        Its name in CodePipeline is still that of the service's old name:
        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
        """
        configuration = {
            "ConnectionArn": self.connection_arn,
            "FullRepositoryId": self.settings.repository,
            "BranchName": self.settings.branch,
            "OutputArtifactFormat": "CODE_ZIP",
            # The trigger starts the pipeline; with both, each push would count twice.
            "DetectChanges": "false",
        }
        use = Statement(
            sid="ReadSource",
            actions=["codeconnections:UseConnection", "codestar-connections:UseConnection"],
            resources=[self.connection_arn],
        )
        take = action(
            "Source", "Source", "CodeStarSourceConnection", configuration, outputs=[SOURCE], namespace="SourceVariables"
        )
        return Step("Source", take, [use])

    def event_pattern(self) -> None:
        """None: the connection tells CodePipeline itself."""

    def triggers(self) -> list[CodepipelineTrigger]:
        """A push to the branch that changes what is watched, or a tag.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
        """
        push = self._tags() if self.settings.tags else self._branch()
        git = CodepipelineTriggerGitConfiguration(source_action_name="Source", push=[push])
        return [CodepipelineTrigger(provider_type="CodeStarSourceConnection", git_configuration=git)]

    def _tags(self) -> CodepipelineTriggerGitConfigurationPush:
        tags = CodepipelineTriggerGitConfigurationPushTags(includes=list(self.settings.tags))
        return CodepipelineTriggerGitConfigurationPush(tags=tags)

    def _branch(self) -> CodepipelineTriggerGitConfigurationPush:
        settings = self.settings
        files = CodepipelineTriggerGitConfigurationPushFilePaths(
            includes=list(settings.paths) or None, excludes=list(settings.ignore_paths) or None
        )
        return CodepipelineTriggerGitConfigurationPush(
            branches=CodepipelineTriggerGitConfigurationPushBranches(includes=[settings.branch]),
            file_paths=files if settings.paths or settings.ignore_paths else None,
        )

    def outputs(self) -> dict[str, tuple[str, str]]:
        """None: the repository is where it was."""
        return {}
