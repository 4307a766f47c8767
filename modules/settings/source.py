"""Where a service's source comes from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modules.settings.choice import chosen_by_label
from modules.settings.fields import Block, between, matching

# https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html
RepositoryName = Annotated[str, matching(r"[\w.-]{1,100}(?<!\.git)", "a CodeCommit repository name")]
BranchName = Annotated[
    str,
    matching(
        r"(?!refs/|/|\.)(?!.*(\.\.|//|@\{|/\.|\.lock(/|\Z)))[^\s~^:?*\[\\]{1,256}(?<![/.])",
        "the name of a branch, like main",
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


# One kind for now; a union from the second on.
Source = Annotated[CodeCommit, chosen_by_label()]
