"""KMS: how often a key rotates, and keys by their ARNs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from tealform_harness.aws_emulator.moto_patch import ExtendedBackend, ExtendedResponse

_DEFAULT_DAYS = 365
_DAYS = range(90, 2560 + 1)


class KeyBackend(ExtendedBackend, KmsBackend):
    """Knows the rotation period of each key, in days, and takes an ARN wherever AWS does."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._rotation_days: dict[str, int] = {}

    def set_rotation_period(self, key_id: str, days: int | None) -> None:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html."""
        if days is not None and days not in _DAYS:
            message = f"RotationPeriodInDays is {days}, and must be between {_DAYS[0]} and {_DAYS[-1]}"
            raise JsonRESTError("ValidationException", message)
        self._rotation_days[self.get_key_id(key_id)] = days or _DEFAULT_DAYS

    def rotation_days(self, key_id: str) -> int:
        """After how many days the key rotates, if it does."""
        return self._rotation_days.get(self.get_key_id(key_id), _DEFAULT_DAYS)

    def enable_key(self, key_id: str) -> None:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html."""
        super().enable_key(self.get_key_id(key_id))

    def disable_key(self, key_id: str) -> None:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html."""
        super().disable_key(self.get_key_id(key_id))

    def schedule_key_deletion(self, key_id: str, pending_window_in_days: int) -> float:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html."""
        return super().schedule_key_deletion(self.get_key_id(key_id), pending_window_in_days)

    def cancel_key_deletion(self, key_id: str) -> None:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html."""
        super().cancel_key_deletion(self.get_key_id(key_id))


class KeyResponse(ExtendedResponse, KmsResponse):
    """Answers for ``KeyBackend``."""

    @property
    def kms_backend(self) -> KeyBackend:
        """The backend of the request's account and region."""
        return cast(KeyBackend, super().kms_backend)

    def enable_key_rotation(self) -> str:
        """Also take RotationPeriodInDays."""
        self._validate_cmk_id(self._get_param("KeyId"))
        self.kms_backend.set_rotation_period(self._get_param("KeyId"), self._get_param("RotationPeriodInDays"))
        return super().enable_key_rotation()

    def get_key_rotation_status(self) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html."""
        super().get_key_rotation_status()
        key = self.kms_backend.describe_key(self._get_param("KeyId"))
        if not key.key_rotation_status:
            return self.answer({"KeyId": key.id, "KeyRotationEnabled": False})
        days = self.kms_backend.rotation_days(key.id)
        return self.answer(
            {
                "KeyId": key.id,
                "KeyRotationEnabled": True,
                "RotationPeriodInDays": days,
                "NextRotationDate": datetime.now(UTC) + timedelta(days=days),
            }
        )
