"""Why an action fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class ActionError(Exception):
    """``code`` and ``message`` as the action's errorDetails tell them.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ErrorDetails.html
    """

    code: str
    message: str
