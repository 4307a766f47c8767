"""What a pipeline tells by notification rules.

https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from tealform_harness.aws_emulator.notifications.backend import get_notifications


def notify_pipeline_event(account_id: str, region: str, event_type: str, kind: str, detail: Mapping[str, Any]) -> None:
    """Tells those who want to hear of ``event_type`` («manual-approval-needed») of the pipeline that ``detail`` names."""
    arn = f"arn:{get_partition(region)}:codepipeline:{region}:{account_id}:{detail['pipeline']}"
    event = {
        "account": account_id,
        "detailType": kind,
        "region": region,
        "source": "aws.codepipeline",
        "time": utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "detail": detail,
        "resources": [arn],
    }
    get_notifications(account_id, region).tell(f"codepipeline-pipeline-{event_type}", event)
