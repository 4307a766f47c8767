"""Python modules that run in AWS Lambda, packed so that the same source gives the same bytes everywhere."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import zipfile
from dataclasses import dataclass
from importlib.resources import files

from tealform.settings.environment import Environment

_FUNCTIONS = files("tealform.service") / "functions"
# The earliest date of the ZIP format.
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class LambdaPackage:
    """A Python module of ``functions/``, and the name of its ZIP file in an environment's folder."""

    module: str
    archive: str
    runtime: str = "python3.13"

    @functools.cached_property
    def content(self) -> bytes:
        """The ZIP file: stored, not compressed, so that its text can be read and compared."""
        entry = zipfile.ZipInfo(f"{self.module}.py", _DATE)
        # Lambda reads the file as another user.
        entry.external_attr = 0o644 << 16
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(entry, (_FUNCTIONS / f"{self.module}.py").read_bytes())
        return packed.getvalue()

    @property
    def hash(self) -> str:
        """The CodeSha256 of Lambda: SHA-256 of the ZIP file, in base64."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


SMOKE_TEST = LambdaPackage("smoke_test", "smoke-test.zip")

ALL = (SMOKE_TEST,)


def list_packages(environment: Environment) -> list[LambdaPackage]:
    """Return the packages that an environment uses, which its folder holds next to its Terraform."""
    is_tested = any(service.release.smoke_test for service in environment.service.values())
    return [SMOKE_TEST] if is_tested else []
