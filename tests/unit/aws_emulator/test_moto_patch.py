from moto import mock_aws
from moto.backends import get_backend

from tealform_harness.aws_emulator.kms import KeyBackend
from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.clients import client


def test_installing_again_changes_nothing() -> None:
    install()
    install()

    with mock_aws():
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        client("kms").enable_key_rotation(KeyId=key)
        assert client("kms").get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    assert get_backend("kms").backend is KeyBackend
