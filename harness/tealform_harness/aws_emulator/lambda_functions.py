"""Lambda: where functions log, which network they join, and what their roles must allow for that."""

from __future__ import annotations

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends

from tealform_harness.aws_emulator.iam import find_role, role_allows, role_trusts
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

Json = dict[str, Any]

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
_TO_JOIN_A_NETWORK = (
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DeleteNetworkInterface",
    "AssignPrivateIpAddresses",
    "UnassignPrivateIpAddresses",
)


class Function(LambdaFunction):
    """One that tells of its log group and of its own VPC, and takes another key and log group."""

    logging_config: Json

    @property
    def vpc_config(self) -> Json | None:
        """As GetFunctionConfiguration returns it."""
        config = super().vpc_config
        if not config or not config.get("SubnetIds"):
            return None
        subnet = ec2_backends[self.account_id][self.region].get_subnet(config["SubnetIds"][0])
        return {**config, "VpcId": subnet.vpc_id}

    def get_configuration(self, on_create: bool = False) -> Json:
        """What moto tells, and where it logs.

        https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
        """
        logs = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}", **self.logging_config}
        return {**super().get_configuration(on_create), "LoggingConfig": logs}

    def update_configuration(self, config_updates: Json) -> Json:
        """Its log group as a whole, its key, and all that moto knows."""
        self.logging_config = config_updates.get("LoggingConfig", self.logging_config)
        self.kms_key_arn = config_updates.get("KMSKeyArn", self.kms_key_arn)
        return super().update_configuration(config_updates)


class FunctionBackend(ExtendedBackend, LambdaBackend):
    """https://docs.aws.amazon.com/lambda/latest/api/Welcome.html."""

    def create_function(self, spec: Json) -> LambdaFunction:
        """Refuse a role that Lambda cannot make use of, and a network that is not there."""
        self._check(spec["Role"], spec.get("VpcConfig") or {})
        function = super().create_function(spec)
        # moto makes one of its own class; mypy minds abstract methods that nothing calls.
        function.__class__ = Function  # type: ignore[type-abstract]
        vars(function)["logging_config"] = spec.get("LoggingConfig") or {}
        return function

    def update_function_configuration(self, function_name: str, qualifier: str, body: Json) -> Json | None:
        """Checked as a creation is. Of its network, what is not named stays as it was."""
        before = self.get_function(function_name)
        if network := body.get("VpcConfig"):
            body = {**body, "VpcConfig": {**(before._vpc_config or {}), **network}}
        self._check(body.get("Role") or before.role, body.get("VpcConfig") or {})
        return super().update_function_configuration(function_name, qualifier, body)

    def _check(self, role_arn: str, network: Json) -> None:
        role = find_role(self.account_id, self.region_name, role_arn)
        if not role_trusts(role, "lambda.amazonaws.com"):
            message = "The role defined for the function cannot be assumed by Lambda."
            raise InvalidParameterValueException(message)
        subnets, groups = network.get("SubnetIds") or [], network.get("SecurityGroupIds") or []
        if not subnets and not groups:
            return
        if not subnets or not groups:
            raise InvalidParameterValueException("SubnetIds and SecurityIds must coexist or be both empty list.")
        interfaces = f"arn:{self.partition}:ec2:{self.region_name}:{self.account_id}:network-interface/*"
        for action in _TO_JOIN_A_NETWORK:
            if not role_allows(role, f"ec2:{action}", "*" if action.startswith("Describe") else interfaces):
                message = f"The provided execution role does not have permissions to call {action} on EC2"
                raise InvalidParameterValueException(message)
        _check_network(ec2_backends[self.account_id][self.region_name], subnets, groups)


def _check_network(ec2: EC2Backend, subnets: list[str], groups: list[str]) -> None:
    try:
        (vpc,) = {ec2.get_subnet(subnet).vpc_id for subnet in subnets}
    except EC2ClientError as error:
        message = (
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: "
            f"{error.message}"
        )
        raise InvalidParameterValueException(message) from error
    except ValueError:
        raise InvalidParameterValueException("The subnets of a function must be in one VPC.") from None
    for group in groups:
        found = ec2.get_security_group_from_id(group)
        if found is None or found.vpc_id != vpc:
            message = (
                "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: "
                f"The security group '{group}' does not exist in VPC '{vpc}'"
            )
            raise InvalidParameterValueException(message)
