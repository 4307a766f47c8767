"""What Elastic Load Balancing refuses because of a load balancer's type or of somebody else's policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup
from moto.s3.models import FakeBucket

from tealform_harness.aws_emulator.resource_policies import find_allowing_statements, matches_pattern

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
    """Refuses attributes of another type of load balancer."""
    if balancer.type in _OWN_ATTRIBUTES:
        for key in keys:
            if not key.startswith((*_COMMON_ATTRIBUTES, *_OWN_ATTRIBUTES[balancer.type])):
                message = f"Load balancer attribute key '{key}' is not supported on load balancers with type '{balancer.type}'"
                raise ELBClientError("InvalidConfigurationRequest", message)


def check_access_logs(balancer: FakeLoadBalancer, bucket: FakeBucket | None, prefix: str, account_id: str) -> None:
    """Refuses a bucket whose policy does not let the logs in, as far as principal, action and resource go."""
    service, looks = _DELIVERERS[balancer.type]
    if bucket is None:
        raise ELBClientError("InvalidConfigurationRequest", "The bucket of the access logs does not exist")
    policy, arn = bucket.policy or b'{"Statement": []}', f"arn:{bucket.partition}:s3:::{bucket.name}"
    log = "/".join(filter(None, (arn, prefix, "AWSLogs", account_id, "log")))
    for action, resource in (("s3:PutObject", log), *((look, arn) for look in looks)):
        if not any(matches_pattern(resource, each["Resource"]) for each in find_allowing_statements(policy, service, action)):
            message = f"Access Denied for bucket: {bucket.name}. Please check S3bucket permission"
            raise ELBClientError("InvalidConfigurationRequest", message)


def check_security_groups(balancer: FakeLoadBalancer) -> None:
    """Refuses them where there were none from the start.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
    """
    if balancer.type == "network" and not balancer.security_groups:
        message = "A Network Load Balancer that was created without security groups cannot be given any"
        raise ELBClientError("InvalidConfigurationRequest", message)


def check_listener(protocol: str, certificate: str | None, groups: Iterable[FakeTargetGroup]) -> None:
    """Refuses a secure listener without a certificate, and target groups that another kind of listener leads to."""
    if protocol in _SECURE and not certificate:
        raise ELBClientError("ValidationError", f"A certificate must be specified for {protocol} listeners")
    for group in groups:
        if group.protocol not in _TARGETS.get(protocol, (group.protocol,)):
            message = f"The protocol {group.protocol} of {group.name} is not compatible with listeners of {protocol}"
            raise ELBClientError("IncompatibleProtocols", message)


def check_rule(balancer_arn: str) -> None:
    """Refuses rules where there is only the default one.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
    """
    if ":loadbalancer/app/" not in balancer_arn:
        message = "Rules are supported by Application Load Balancers only"
        raise ELBClientError("InvalidConfigurationRequest", message)


def has_access_logs(attributes: Mapping[str, str]) -> bool:
    """Whether a load balancer with these attributes logs who came."""
    return attributes.get("access_logs.s3.enabled") == "true"
