"""Calls the functions that look at a deployment.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.awslambda_simple.models import LambdaSimpleBackend

from tealform_harness.aws_emulator.codedeploy.error import DeploymentError
from tealform_harness.aws_emulator.iam_roles import find_role, role_allows


@dataclass(frozen=True)
class Caller:
    """A deployment that calls functions. ``role`` is the ARN of its group's role, ``group`` that of the group."""

    account_id: str
    region: str
    deployment_id: str
    role: str
    group: str

    def call(self, function: str, execution_id: str) -> bool:
        """Invokes ``function``, given by name or ARN; returns whether it has reported success already.

        No function is run as a container, not even where there is Docker: nothing that it asks would answer. So one that
        is there counts as having reported success at once, unless its own role may not report. Where moto is told to do
        without Docker, somebody else must report. Raises DeploymentError if there is no such function, or if the group's
        role may not invoke it; in words that are not AWS's, which are not documented.
        """
        functions = get_backend(self.account_id, self.region)
        try:
            found = functions.get_function(function)
        except UnknownFunctionException as error:
            message = f"The Lambda function {function} could not be found."
            raise DeploymentError("INVALID_LAMBDA_FUNCTION", message) from error
        self._check_role(function if function.startswith("arn:") else found.function_arn)
        if not isinstance(functions, LambdaSimpleBackend):
            return self._may_report(found)
        event = {"DeploymentId": self.deployment_id, "LifecycleEventHookExecutionId": execution_id}
        functions.invoke(function, None, json.dumps(event), {}, {})
        return False

    def _check_role(self, function: str) -> None:
        role = find_role(self.account_id, self.region, self.role)
        if role is None or not role_allows(role, "lambda:InvokeFunction", function):
            message = f"The role {self.role} does not give you permission to invoke the Lambda function {function}."
            raise DeploymentError("IAM_ROLE_PERMISSIONS", message)

    def _may_report(self, function: LambdaFunction) -> bool:
        """What a role that is not there would allow is not known here."""
        role = find_role(self.account_id, self.region, function.role)
        return role is None or role_allows(role, "codedeploy:PutLifecycleEventHookExecutionStatus", self.group)
