"""Terraform's own words on the backend that is generated: state and lock under the key, and one at a time."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tealform.terraform import terraform_binaries
from tealform.terraform.scratch_module import ScratchModule
from tealform_harness.aws_emulator.server import EmulatedAws, running
from tests.support import environment, template
from tests.unit.bootstrap.projects import ACCOUNT, S3

pytestmark = pytest.mark.slow

BUCKET, REGION = f"shop-terraform-state-{ACCOUNT}", "eu-west-1"
STATE = "shop/test/terraform.tfstate"
# Terraform keeps the lock until the file exists.
HELD = {
    "terraform_data": {
        "held": {"provisioner": [{"local-exec": {"command": "until [ -e released ]; do sleep 0.1; done"}}]}
    }
}


@dataclass
class Stage:
    """An AWS with a bucket and a key as ``tealform bootstrap`` makes them, and the key's ARN."""

    aws: EmulatedAws
    key: str

    def workspace(self, folder: Path) -> ScratchModule:
        """A folder with the backend that is generated, and nothing of AWS."""
        folder.mkdir()
        terraform = {"backend": template(environment(top=S3)).document["terraform"]["backend"]}
        (folder / "main.tf.json").write_text(json.dumps({"terraform": terraform, "resource": HELD}))
        return ScratchModule(folder, terraform_binaries.list_terraforms()[0], self.aws.environment)

    def object(self, key: str) -> dict[str, Any]:
        """Return what S3 says about an object."""
        found: dict[str, Any] = self.aws.client("s3", REGION).head_object(Bucket=BUCKET, Key=key)
        return found


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running(ACCOUNT) as aws:
        s3, kms = aws.client("s3", REGION), aws.client("kms", REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        key = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName=f"alias/terraform-state/{BUCKET}", TargetKeyId=key["KeyId"])
        yield Stage(aws, key["Arn"])


def test_state_and_lock_are_encrypted_and_a_second_run_sees_the_lock(stage: Stage, tmp_path: Path) -> None:
    first, second = stage.workspace(tmp_path / "first"), stage.workspace(tmp_path / "second")
    for each in (first, second):
        assert each.init().errors == ()
    command = [*first.terraform.command, "apply", "-auto-approve", "-no-color"]
    holder = subprocess.Popen(
        command, cwd=first.folder, env={**terraform_binaries.unattended_environment(), **stage.aws.environment}
    )
    try:
        lock = _wait_for(stage, f"{STATE}.tflock")
        refused = second.plan()
    finally:
        (first.folder / "released").touch()
        assert holder.wait(60) == 0
    assert [each.summary for each in refused.errors] == ["Error acquiring the state lock"]
    for line in (f"Path:      {BUCKET}/{STATE}", "Operation: OperationTypeApply", "Who:       "):
        assert line in refused.errors[0].detail
    for found in (lock, stage.object(STATE)):
        assert found["ServerSideEncryption"] == "aws:kms"
        assert found["SSEKMSKeyId"].endswith(f":alias/terraform-state/{BUCKET}")
    # The lock ends with the first apply, and the second Terraform finds the state.
    assert second.plan().errors == ()
    assert second.state() == ["terraform_data.held"]


def _wait_for(stage: Stage, key: str) -> dict[str, Any]:
    s3 = stage.aws.client("s3", REGION)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if s3.list_objects_v2(Bucket=BUCKET, Prefix=key).get("KeyCount"):
            return stage.object(key)
        time.sleep(0.1)
    raise AssertionError("the state was not locked")
