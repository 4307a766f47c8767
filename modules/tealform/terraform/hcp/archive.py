"""A root module as HCP Terraform wants it uploaded."""

from __future__ import annotations

import fnmatch
import io
import tarfile
from pathlib import Path, PurePosixPath

from tealform.terraform import terraform_cli

# The state is there, a plan is nobody's configuration, and what Terraform has downloaded it downloads again.
_LEFT_OUT = (".git", ".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", "crash.log")


def pack(folder: Path, directory: PurePosixPath) -> bytes:
    """All of ``folder`` but state, plans and what belongs to this checkout, as tar.gz; ``directory`` is where it lies in it.

    Links are followed: there is nothing there that they could lead to.
    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/configuration-versions#upload-configuration-files
    """
    own = terraform_cli.data_folder(folder).name

    def chosen(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        name = PurePosixPath(entry.name).name
        if name == own or any(fnmatch.fnmatch(name, pattern) for pattern in _LEFT_OUT):
            return None
        # Who works here is nobody's business there.
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", dereference=True) as archive:
        for entry in sorted(folder.iterdir()):
            archive.add(entry, str(directory / entry.name), filter=chosen)
    return written.getvalue()
