"""Elastic Load Balancing: relations of load balancers and target groups, forward actions, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import (
    ELBv2Backend,
    FakeAction,
    FakeListener,
    FakeListenerRule,
    FakeLoadBalancer,
    FakeRule,
    FakeTargetGroup,
)
from moto.s3.models import FakeBucket, s3_backends

from tealform_harness.aws_emulator.iam import find_allowing_statements, matches_pattern
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
_TARGETS = {
    "HTTP": ("HTTP", "HTTPS"),
    "HTTPS": ("HTTP", "HTTPS"),
    "TCP": ("TCP", "TCP_UDP"),
    "TLS": ("TCP", "TLS"),
    "UDP": ("UDP", "TCP_UDP"),
    "TCP_UDP": ("TCP_UDP",),
}
_SECURE = ("HTTPS", "TLS")

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
_COMMON_ATTRIBUTES = ("deletion_protection.enabled", "load_balancing.cross_zone.enabled", "access_logs.s3.")
_OWN_ATTRIBUTES = {
    "network": ("dns_record.client_routing_policy", "secondary_ips.", "zonal_shift.config.enabled", "ipv6."),
    "gateway": (),
}

# Who delivers, and what it must be allowed beside putting objects:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
_DELIVERERS = {
    "application": ("logdelivery.elasticloadbalancing.amazonaws.com", ()),
    "network": ("delivery.logs.amazonaws.com", ("s3:GetBucketAcl",)),
}


def check_attributes(balancer: FakeLoadBalancer, keys: Iterable[str]) -> None:
    """Refuse attributes of another type of load balancer."""
    if balancer.type in _OWN_ATTRIBUTES:
        for key in keys:
            if not key.startswith((*_COMMON_ATTRIBUTES, *_OWN_ATTRIBUTES[balancer.type])):
                message = f"Load balancer attribute key '{key}' is not supported on load balancers with type '{balancer.type}'"
                raise ELBClientError("InvalidConfigurationRequest", message)


def check_access_logs(balancer: FakeLoadBalancer, bucket: FakeBucket | None, prefix: str, account_id: str) -> None:
    """Refuse a bucket whose policy does not let the logs in, as far as principal, action and resource go."""
    service, looks = _DELIVERERS[balancer.type]
    if bucket is None:
        raise ELBClientError("InvalidConfigurationRequest", "The bucket of the access logs does not exist")
    policy, arn = bucket.policy or b'{"Statement": []}', f"arn:{bucket.partition}:s3:::{bucket.name}"
    log = "/".join(filter(None, (arn, prefix, "AWSLogs", account_id, "log")))
    for action, resource in (("s3:PutObject", log), *((look, arn) for look in looks)):
        if not any(
            matches_pattern(resource, each["Resource"]) for each in find_allowing_statements(policy, service, action)
        ):
            message = f"Access Denied for bucket: {bucket.name}. Please check S3bucket permission"
            raise ELBClientError("InvalidConfigurationRequest", message)


def check_security_groups(balancer: FakeLoadBalancer) -> None:
    """Refuse them where there were none from the start.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
    """
    if balancer.type == "network" and not balancer.security_groups:
        message = "A Network Load Balancer that was created without security groups cannot be given any"
        raise ELBClientError("InvalidConfigurationRequest", message)


def check_listener(protocol: str, certificate: str | None, groups: Iterable[FakeTargetGroup]) -> None:
    """Refuse a secure listener without a certificate, and target groups that another kind of listener leads to."""
    if protocol in _SECURE and not certificate:
        raise ELBClientError("ValidationError", f"A certificate must be specified for {protocol} listeners")
    for group in groups:
        if group.protocol not in _TARGETS.get(protocol, (group.protocol,)):
            message = f"The protocol {group.protocol} of {group.name} is not compatible with listeners of {protocol}"
            raise ELBClientError("IncompatibleProtocols", message)


def check_rule(balancer_arn: str) -> None:
    """Refuse rules where there is only the default one.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
    """
    if ":loadbalancer/app/" not in balancer_arn:
        message = "Rules are supported by Application Load Balancers only"
        raise ELBClientError("InvalidConfigurationRequest", message)


def has_access_logs(attributes: Mapping[str, str]) -> bool:
    """Whether a load balancer with these attributes logs who came."""
    return attributes.get("access_logs.s3.enabled") == "true"


Action = dict[str, Any]


class LoadBalancingBackend(ExtendedBackend, ELBv2Backend):
    """Adds the rules between load balancers and target groups, and both forms of a forward action."""

    def create_load_balancer(self, *args: Any, **kwargs: Any) -> FakeLoadBalancer:
        """One that does not say faces the internet; the ARN says of which type it is.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
        """
        scheme = kwargs.get("scheme") or "internet-facing"
        balancer = super().create_load_balancer(*args, **{**kwargs, "scheme": scheme})
        if balancer.type == "network":
            self._rename(balancer, balancer.arn.replace(":loadbalancer/app/", ":loadbalancer/net/"))
        return balancer

    def create_listener(self, load_balancer_arn: str, *args: Any, **kwargs: Any) -> FakeListener:
        """Also refuse target groups that hang on another load balancer, or that do not fit its protocol."""
        given, certificate = kwargs["actions"], kwargs.get("certificate")
        self._refuse_second_load_balancer(load_balancer_arn, given)
        check_listener(kwargs["protocol"], certificate, self._groups(given))
        listener = super().create_listener(load_balancer_arn, *args, **{**kwargs, "actions": complete_forwards(given)})
        self._relate_target_groups()
        return listener

    def create_rule(self, listener_arn: str, *args: Any, **kwargs: Any) -> FakeListenerRule:
        """Also refuse a target group that hangs on another load balancer."""
        given = kwargs["actions"]
        check_rule(_load_balancer_of(listener_arn))
        self._refuse_second_load_balancer(_load_balancer_of(listener_arn), given)
        rule = super().create_rule(listener_arn, *args, **{**kwargs, "actions": complete_forwards(given)})
        self._relate_target_groups()
        return rule

    def modify_listener(
        self,
        arn: str,
        port: str | None = None,
        protocol: str | None = None,
        ssl_policy: str | None = None,
        certificates: list[dict[str, Any]] | None = None,
        actions: list[Action] | None = None,
    ) -> FakeListener:
        """Also check its default actions, and keep both forms of them."""
        given = complete_forwards(actions or [])
        self._refuse_second_load_balancer(_load_balancer_of(arn), given)
        self._validate_actions([FakeAction(action) for action in given])
        listener = super().modify_listener(arn, port, protocol, ssl_policy, certificates or [], given)
        self._relate_target_groups()
        return listener

    def modify_rule(self, rule_arn: str, conditions: list[dict[str, Any]], actions: list[Action]) -> FakeRule:
        """Also keep both forms of its actions."""
        self._refuse_second_load_balancer(_load_balancer_of(rule_arn), actions)
        rule = super().modify_rule(rule_arn, conditions, complete_forwards(actions))
        self._relate_target_groups()
        return rule

    def delete_rule(self, arn: str) -> None:
        """Refuse the default rule; the target groups of the rule no longer hang on the load balancer by it."""
        if any(rule.is_default and rule.arn == arn for listener in self._listeners() for rule in _rules(listener)):
            raise ELBClientError("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted")
        super().delete_rule(arn)
        self._relate_target_groups()

    def delete_listener(self, listener_arn: str) -> FakeListener:
        """Its rules go with it."""
        listener = super().delete_listener(listener_arn)
        self._relate_target_groups()
        return listener

    def modify_load_balancer_attributes(self, arn: str, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse attributes of another type, and a bucket that does not let its access logs in.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html
        """
        if balancer := self.load_balancers.get(arn):
            check_attributes(balancer, attrs)
            after = balancer.attrs | attrs
            if has_access_logs(after):
                buckets = s3_backends[self.account_id][self.partition].buckets
                bucket, prefix = buckets.get(after["access_logs.s3.bucket"]), after["access_logs.s3.prefix"]
                check_access_logs(balancer, bucket, prefix, self.account_id)
        return super().modify_load_balancer_attributes(arn, attrs)

    def set_security_groups(self, arn: str, sec_groups: list[str]) -> None:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html."""
        if balancer := self.load_balancers.get(arn):
            check_security_groups(balancer)
        super().set_security_groups(arn, sec_groups)

    def delete_load_balancer(self, arn: str) -> None:
        """Refuse one that is protected; its listeners and rules go with it."""
        balancer = self.load_balancers.get(arn)
        if balancer and balancer.attrs["deletion_protection.enabled"] == "true":
            message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ELBClientError("OperationNotPermitted", message)
        super().delete_load_balancer(arn)
        self._relate_target_groups()

    def list_rules(self, listener_arn: str) -> list[FakeRule]:
        """The rules of a listener, its default rule last."""
        return self.describe_rules(listener_arn=listener_arn, rule_arns=None)

    def rule(self, arn: str) -> FakeRule:
        """The rule of that ARN; of the ARN of a listener its default rule."""
        if ":listener-rule/" in arn:
            return self.describe_rules(listener_arn=None, rule_arns=[arn])[0]
        return next(rule for rule in self.list_rules(arn) if rule.is_default)

    def forward(self, rule: FakeRule, weights: dict[str, int]) -> None:
        """Let ``rule`` forward to target groups by weight; ``weights`` goes from their ARNs to 0 to 999."""
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
        action = {"Type": "forward", "Order": 1, "ForwardConfig": {"TargetGroups": groups}}
        if rule.is_default:
            self.modify_listener(rule.listener_arn, actions=[action])
        else:
            self.modify_rule(rule.arn, [], [action])

    def _groups(self, actions: list[Action]) -> list[FakeTargetGroup]:
        return [self.target_groups[arn] for arn in forward_weights(actions) if arn in self.target_groups]

    def _rename(self, balancer: FakeLoadBalancer, arn: str) -> None:
        self.tagging_service.copy_tags(balancer.arn, arn)
        self.tagging_service.delete_all_tags_for_resource(balancer.arn)
        self.load_balancers[arn] = self.load_balancers.pop(balancer.arn)
        balancer.arn = arn

    def _listeners(self) -> Iterator[FakeListener]:
        for balancer in self.load_balancers.values():
            yield from balancer.listeners.values()

    def _refuse_second_load_balancer(self, load_balancer_arn: str, actions: list[Action]) -> None:
        """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html"""
        for arn in forward_weights(actions):
            group = self.target_groups.get(arn)
            if group and any(other != load_balancer_arn for other in group.load_balancer_arns):
                message = f"The following target groups cannot be associated with more than one load balancer: {arn}"
                raise ELBClientError("TargetGroupAssociationLimit", message)

    def _relate_target_groups(self) -> None:
        """A target group belongs to the load balancer whose rules forward to it, and to none once they are gone."""
        for group in self.target_groups.values():
            group.load_balancer_arns = []
        for listener in self._listeners():
            for rule in _rules(listener):
                for arn in forward_weights([action.data for action in rule.actions]):
                    related = self.target_groups[arn].load_balancer_arns
                    if listener.load_balancer_arn not in related:
                        related.append(listener.load_balancer_arn)


def forward_weights(actions: list[Action]) -> dict[str, int]:
    """The target groups to which ``actions`` forward, with their weights."""
    weights: dict[str, int] = {}
    for action in actions:
        if "TargetGroupArn" in action:
            weights[action["TargetGroupArn"]] = 1
        for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
            weights[group["TargetGroupArn"]] = group.get("Weight", 1)
    return weights


def rule_weights(rule: FakeRule) -> dict[str, int]:
    """The target groups to which a rule forwards, with their weights."""
    return forward_weights([action.data for action in rule.actions])


def complete_forwards(actions: list[Action]) -> list[Action]:
    """Forward actions to one target group with TargetGroupArn and ForwardConfig, whichever was given.

    So DescribeRules and DescribeListeners answer; an action to several groups has ForwardConfig only.
    """
    return [_complete_forward(action) for action in actions]


def _complete_forward(action: Action) -> Action:
    weights = forward_weights([action])
    if action["Type"] != "forward" or not weights:
        return action
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    complete = {**action, "ForwardConfig": {**action.get("ForwardConfig", {}), "TargetGroups": groups}}
    if len(weights) == 1:
        return {**complete, "TargetGroupArn": next(iter(weights))}
    return {name: value for name, value in complete.items() if name != "TargetGroupArn"}


def _rules(listener: FakeListener) -> list[FakeRule]:
    return list(listener.rules.values())


def _load_balancer_of(arn: str) -> str:
    """The ARN of the load balancer of a listener or a rule."""
    kind, name = arn.rsplit(":", 1)
    _, *path = name.split("/")
    return f"{kind}:loadbalancer/" + "/".join(path[:3])
