from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.clients import client


@pytest.fixture
def kms(aws: None) -> Any:
    return client("kms")


@pytest.mark.parametrize(("asked", "days"), [({}, 365), ({"RotationPeriodInDays": 90}, 90)])
def test_a_key_knows_how_often_it_rotates(kms: Any, asked: dict[str, int], days: int) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, **asked)

    status = kms.get_key_rotation_status(KeyId=key)

    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, days)


def test_a_key_that_does_not_rotate_has_no_period(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    status = kms.get_key_rotation_status(KeyId=key)

    assert not status["KeyRotationEnabled"]
    assert "RotationPeriodInDays" not in status


@pytest.mark.parametrize("days", [2561])
def test_a_period_out_of_range_is_refused(kms: Any, days: int) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    with pytest.raises(ClientError, match="ValidationException"):
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)

    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


@pytest.mark.parametrize("identifier", ["KeyId", "Arn"])
def test_a_key_is_disabled_enabled_and_deleted_by_its_id_and_by_its_arn(kms: Any, identifier: str) -> None:
    metadata = kms.create_key()["KeyMetadata"]
    key = metadata[identifier]

    def state() -> str:
        return str(kms.describe_key(KeyId=metadata["KeyId"])["KeyMetadata"]["KeyState"])

    states = []
    for change in (kms.disable_key, kms.enable_key, kms.schedule_key_deletion, kms.cancel_key_deletion):
        change(KeyId=key)
        states.append(state())

    assert states == ["Disabled", "Enabled", "PendingDeletion", "Disabled"]
