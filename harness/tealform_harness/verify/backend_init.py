"""Whether Terraform takes the backend that an environment names, without reaching it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from tealform.terraform import scratch_module
from tealform.terraform.scratch_module import CommandResult
from tealform.terraform.terraform_binaries import Terraform

_NOBODY = "http://127.0.0.1:9"
_OUT_OF_REACH = {
    "HTTP_PROXY": _NOBODY,
    "HTTPS_PROXY": _NOBODY,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def initialized(folder: Path, terraform: Terraform, reattach: str) -> CommandResult:
    """``terraform init`` with the backend, or HCP Terraform, of the environment in ``folder``, and its errors in that.

    Terraform looks at a backend's arguments before it connects, and nowhere else: ``init -backend=false`` and
    ``validate`` pass them over. Nothing lets it connect here, and that it could not is no error. So whether bucket,
    organization and workspace exist remains unknown.
    """
    variables = {**_OUT_OF_REACH, "TF_REATTACH_PROVIDERS": reattach}
    with scratch_module.copy_with_own_backend(folder, terraform, variables) as work:
        outcome = work.init("-lock=false")
    # What is wrong in the configuration has a place there.
    mistakes = tuple(each for each in outcome.errors if each.file and not each.out_of_reach)
    return dataclasses.replace(outcome, diagnostics=mistakes)
