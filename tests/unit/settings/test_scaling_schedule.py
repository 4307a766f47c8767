"""When a schedule is one that Application Auto Scaling takes."""

import pytest
from pydantic import ValidationError

from tealform.settings.schedules import Schedule


@pytest.mark.parametrize(
    "at",
    [
        "cron(0 20 * * ? *)",
        "cron(0 20 ? * MON-FRI *)",
        "cron(0/15 6-18 L 1,6 ? 2027-2030)",
        "cron(0 0 ? * 6#3 *)",
        "cron(0 0 15W JAN ? *)",
        "rate(1 minute)",
        "rate(12 hours)",
        "at(2028-02-29T23:59:59)",
    ],
)
def test_accepts(at: str) -> None:
    assert Schedule.model_validate({"at": at, "min": 1, "max": 2}).at == at


@pytest.mark.parametrize(
    "at",
    [
        "cron(0 20 * * * *)",
        "cron(0 20 ? * ? *)",
        "cron(0 20 * * ?)",
        "cron(-- ,, ** // ## ,,)",
        "0 20 * * ? *",
        "rate(0 days)",
        "rate(1 days)",
        "rate(2 day)",
        "at(2027-02-29T00:00:00)",
        "at(2027-01-01T25:00:00)",
        "at(2027-01-01)",
        "cron(0 20 * * ? *)\n",
    ],
)
def test_refuses(at: str) -> None:
    with pytest.raises(ValidationError, match="is not a schedule like"):
        Schedule.model_validate({"at": at, "min": 1, "max": 2})
