"""Where a service's source comes from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import (
    Block,
    BucketName,
    ConnectionArn,
    Distinct,
    KeyArn,
    Name,
    between,
    chosen_by_label,
    matching,
)

# https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html
RepositoryName = Annotated[str, matching(r"[\w.-]{1,100}(?<!\.git)", "a CodeCommit repository name")]
BranchName = Annotated[
    str,
    matching(
        r"(?!refs/|/|\.)(?!.*(\.\.|//|@\{|/\.|\.lock(/|\Z)))[^\s~^:?*\[\\]{1,256}(?<![/.])",
        "the name of a branch, like main",
    ),
]
# https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
HostedRepository = Annotated[
    str,
    matching(
        r"(?=.{1,255}\Z)[\w.-]+(/[\w.-]+)+(?<!\.git)",
        "a repository as its host names it, like acme/shop-web, at most 255 characters",
    ),
]
# https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitFilePathFilterCriteria.html
GlobPattern = Annotated[str, matching(r"[^\s!]\S{0,254}", "a pattern like src/** or v*, at most 255 characters")]
ObjectKey = Annotated[
    str,
    matching(
        r"(?!/)[\w!.*'()/-]{1,251}\.zip",
        "the key of a ZIP file in the bucket, like source.zip, at most 255 characters",
    ),
]


class CodeCommit(Block):
    """A CodeCommit repository; a push to the branch starts a release."""

    kind: Literal["codecommit"]
    repository: RepositoryName | None = Field(
        default=None,
        description="The repository's name; `<project>-<environment>-<service>` when left out.",
    )
    create: bool = Field(
        default=True,
        description="Whether this environment creates the repository. `false` uses the one named by `repository`.",
    )
    branch: BranchName = Field(default="main", description="The branch that is released.")
    approvals: Annotated[int, between(0, 100, "approvals")] = Field(
        default=1, description="Approvals that a pull request needs, in a repository created here."
    )


class S3(Block):
    """A ZIP file in a versioned S3 bucket; each new version of it starts a release."""

    kind: Literal["s3"]
    bucket: BucketName | None = Field(
        default=None,
        description="The bucket's name; `<project>-<environment>-<service>-source-<account>` when left out.",
    )
    create: bool = Field(
        default=True,
        description=(
            "Whether this environment creates the bucket. `false` uses the one named by `bucket`, which must have versioning on "
            "and send its events to EventBridge."
        ),
    )
    key: ObjectKey = Field(default="source.zip", description="The ZIP file's key; its root holds the release contract.")
    kms_key: KeyArn | None = Field(
        default=None, description="KMS key that encrypts the objects of a bucket that exists, when S3's own does not."
    )


class Connected(Block):
    """A repository that AWS reaches through CodeConnections; a push to the branch starts a release."""

    kind: Literal["github", "gitlab", "bitbucket"]
    repository: HostedRepository = Field(
        description="The repository with its owner, as in its address.", examples=["acme/shop-web"]
    )
    branch: BranchName = Field(default="main", description="The branch that is released.")
    connection: ConnectionArn | None = Field(
        default=None,
        description=(
            "A connection that exists. When left out, one is created for all services of the environment; somebody must "
            "complete it in the console once, until which releases fail."
        ),
    )
    tags: Distinct[GlobPattern] = Field(
        default=(),
        description="Patterns of Git tags that start a release, like `v*`. When given, a push to the branch starts none.",
    )
    paths: Distinct[GlobPattern] = Field(
        default=(), description="Patterns of files, like `web/**`: a push that changes none of them starts no release."
    )
    ignore_paths: Distinct[GlobPattern] = Field(
        default=(), description="Patterns of files: a push that changes nothing else starts no release."
    )


class GitHub(Connected):
    """A GitHub repository, reached through CodeConnections; a push to the branch starts a release."""

    kind: Literal["github"]


class GitLab(Connected):
    """A GitLab repository, reached through CodeConnections; a push to the branch starts a release."""

    kind: Literal["gitlab"]


class Bitbucket(Connected):
    """A Bitbucket repository, reached through CodeConnections; a push to the branch starts a release."""

    kind: Literal["bitbucket"]


class Promotion(Block):
    """What another environment has released: the same image, which is not built again."""

    kind: Literal["promotion"]
    environment: Name = Field(
        description="The environment whose releases are taken over, each when it has succeeded there.",
        examples=["staging"],
    )


Source = Annotated[
    Annotated[CodeCommit | S3 | GitHub | GitLab | Bitbucket | Promotion, Field(discriminator="kind")],
    chosen_by_label(),
]
