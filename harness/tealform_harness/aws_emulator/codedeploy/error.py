"""Why a deployment ends before its time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class DeploymentError(Exception):
    """``code`` and ``message`` as GetDeployment tells them; ``event`` is the rollback event that it amounts to.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ErrorInformation.html
    """

    code: str
    message: str
    event: str = "DEPLOYMENT_FAILURE"

    @property
    def status(self) -> str:
        """How the deployment ends."""
        return "Failed" if self.event == "DEPLOYMENT_FAILURE" else "Stopped"
