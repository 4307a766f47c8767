"""EC2: descriptions of security group rules, and things that are gone when they are deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.security_groups import SecurityGroupRule

from tealform_harness.aws_emulator.moto_patch import ExtendedBackend


class NetworkBackend(ExtendedBackend, EC2Backend):
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html."""

    def _iterate_security_rules(
        self,
        ip_protocol: str,
        group_id: str,
        from_port: str,
        to_port: str,
        ip_ranges: list[Any],
        source_groups: list[dict[str, Any]],
        prefix_list_ids: list[dict[str, str]],
        is_egress: bool = False,
        tags: dict[str, str] | None = None,
    ) -> Iterator[SecurityGroupRule]:
        """Also describe rules that refer to a group or a prefix list.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
        """
        peers = [*ip_ranges, *source_groups, *prefix_list_ids]
        rules = super()._iterate_security_rules(
            ip_protocol, group_id, from_port, to_port, ip_ranges, source_groups, prefix_list_ids, is_egress, tags
        )
        for rule, peer in zip(rules, peers, strict=True):
            if "Description" in peer:
                # moto reads the description of every rule from here.
                rule.ip_range = {**rule.ip_range, "Description": peer["Description"]}
            yield rule

    def modify_security_group_rules(self, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
        """Also point a rule at another group or prefix list.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
        """
        super().modify_security_group_rules(group_id, rules)
        group = self.get_security_group_by_name_or_id(group_id)
        for rule_id, changed in rules.items():
            rule = group.get_rule(rule_id) if group else None
            if rule and "ReferencedGroupId" in changed:
                rule.source_group = {**rule.source_group, "GroupId": changed["ReferencedGroupId"]}
            if rule and "PrefixListId" in changed:
                rule.prefix_list_id = changed["PrefixListId"]

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        """They are gone, and not only called deleted.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
        """
        super().delete_vpc_endpoints(vpce_ids)
        for vpce_id in vpce_ids or []:
            self.vpc_end_points.pop(vpce_id, None)

    def delete_nat_gateway(self, nat_gateway_id: str) -> NatGateway:
        """Its network interface goes, and its address is free.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html
        """
        if nat_gateway_id not in self.nat_gateways:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
        gateway = super().delete_nat_gateway(nat_gateway_id)
        interface = gateway._eni.id
        for address in self.addresses.copy():
            if address.eni and address.eni.id == interface:
                self.disassociate_address(association_id=address.association_id)
        if interface in self.enis:
            self.delete_network_interface(interface)
        return gateway
