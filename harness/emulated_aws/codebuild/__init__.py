"""CodeBuild: projects as AWS completes them, and builds that really run."""

from __future__ import annotations

from harness.emulated_aws.codebuild.backend import BuildBackend
from harness.emulated_aws.codebuild.build import Build
from harness.emulated_aws.codebuild.responses import BuildResponse

__all__ = ["Build", "BuildBackend", "BuildResponse"]
