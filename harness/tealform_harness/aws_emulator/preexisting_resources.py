"""Create resources under given ARNs and ids in the emulated AWS: what an environment takes for granted."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from moto.acm.models import CertBundle, acm_backends
from moto.awslambda.exceptions import ConflictException
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.cloudwatch.models import cloudwatch_backends
from moto.codecommit.models import codecommit_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC
from moto.ecr.models import ecr_backends
from moto.iam.models import IAMBackend, iam_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends
from moto.utilities.arns import Arn, parse_arn
from moto.wafv2.models import FakeWebACL, wafv2_backends

from tealform_harness.aws_emulator import archive
from tealform_harness.aws_emulator.connections import get_connections
from tealform_harness.aws_emulator.ecr import MANIFEST_MEDIA_TYPE, render_manifest
from tealform_harness.aws_emulator.external_references import Network


def create_resources(arns: Iterable[str], account: str = DEFAULT_ACCOUNT_ID, region: str = "us-east-1") -> None:
    """Create what is not there yet of ``arns``.

    They are those of certificates of ACM and IAM (for *.example.com), IAM policies (which allow next to nothing),
    regional WAF web ACLs (which admit everything), secrets and parameters (with a made-up value), empty CodeCommit
    repositories, Lambda functions with their versions and aliases, CloudWatch alarms (which are not raised), connections
    that somebody has completed, topics, repositories of ECR with one image, and versioned buckets whose events go to
    EventBridge; a bucket's ARN does not say where it is, so ``account`` and ``region`` do. Raises ``ValueError`` for any
    other, and for a region that is not emulated.
    """
    for arn in arns:
        parsed = parse_arn(arn)
        kind = parsed.service, parsed.resource_type
        if kind not in _CREATORS:
            raise ValueError(f"{arn}: a thing of this kind cannot be created beforehand")
        if kind == ("s3", None):
            parsed = parsed._replace(account=account, region=region)
        if parsed.region:
            check_region(parsed.region)
        _CREATORS[kind](arn, parsed)


def check_region(region: str) -> None:
    """Raise ``ValueError`` if the emulated AWS has no such region."""
    if region not in RegionsAndZonesBackend.zones:
        raise ValueError(f"the region {region} is not emulated")


def _certificate(arn: str, parsed: Arn) -> None:
    certificates = acm_backends[parsed.account][parsed.region]._certificates
    if arn not in certificates:
        bundle = CertBundle.generate_cert("*.example.com", parsed.account, parsed.region)
        bundle.arn, bundle.status = arn, "ISSUED"
        certificates[arn] = bundle


def _server_certificate(arn: str, parsed: Arn) -> None:
    backend = _iam(arn, parsed)
    if not backend.get_certificate_by_arn(arn):
        bundle = CertBundle.generate_cert("*.example.com", parsed.account, "")
        path, name = _path_and_name(parsed)
        backend.upload_server_certificate(name, bundle.cert.decode(), bundle.key.decode(), path=path)


def _policy(arn: str, parsed: Arn) -> None:
    backend = _iam(arn, parsed)
    if arn not in backend.managed_policies:
        statement = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
        path, name = _path_and_name(parsed)
        backend.create_policy("", path, json.dumps({"Version": "2012-10-17", "Statement": [statement]}), name, [])


def _iam(arn: str, parsed: Arn) -> IAMBackend:
    return iam_backends[parsed.account][arn.split(":")[1]]


def _path_and_name(parsed: Arn) -> tuple[str, str]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names"""
    path, slash, name = f"/{parsed.resource_id}".rpartition("/")
    return path + slash, name


def _web_acl(arn: str, parsed: Arn) -> None:
    _, name, number = parsed.resource_id.split("/")
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}
    wafv2_backends[parsed.account][parsed.region].wacls.setdefault(
        arn, FakeWebACL(name, parsed.account, arn, number, visibility, {"Allow": {}}, None, None)
    )


def _secret(arn: str, parsed: Arn) -> None:
    backend = secretsmanager_backends[parsed.account][parsed.region]
    # AWS adds a hyphen and six characters to the name.
    name = parsed.resource_id[:-7]
    if name not in backend.secrets:
        backend.create_secret(name, "{}", None, None, None, None, None, [], False)
        backend.secrets[name].arn = arn


def _parameter(arn: str, parsed: Arn) -> None:
    backend = ssm_backends[parsed.account][parsed.region]
    path = parsed.resource_id
    name = f"/{path}" if "/" in path else path
    if not backend.get_parameters([name]):
        backend.put_parameter(name, "", "made up", "SecureString", "", "", False, [], "text", "Standard", None)


def _repository(arn: str, parsed: Arn) -> None:
    backend = codecommit_backends[parsed.account][parsed.region]
    if parsed.resource_id not in backend.repositories:
        backend.create_repository(parsed.resource_id, "")


def _connection(arn: str, parsed: Arn) -> None:
    backend = get_connections(parsed.account, parsed.region)
    if arn not in backend.connections:
        backend.keep(arn, parsed.resource_id[:32], "GitHub", "AVAILABLE", {})


def _topic(arn: str, parsed: Arn) -> None:
    # Creating it again changes nothing.
    sns_backends[parsed.account][parsed.region].create_topic(parsed.resource_id)


def _image_repository(arn: str, parsed: Arn) -> None:
    backend = ecr_backends[parsed.account][parsed.region]
    name = parsed.resource_id
    if name not in backend.repositories:
        backend.create_repository(name, None, {"encryptionType": "AES256"}, {"scanOnPush": True}, "MUTABLE", [])
        image = hashlib.sha256(name.encode()).hexdigest()
        backend.put_image(name, render_manifest(image), "made-up", MANIFEST_MEDIA_TYPE)


def _bucket(arn: str, parsed: Arn) -> None:
    backend = s3_backends[parsed.account][arn.split(":")[1]]
    name = parsed.resource_id
    if name not in backend.buckets:
        backend.create_bucket(name, parsed.region)
        backend.put_bucket_versioning(name, "Enabled")
        backend.put_bucket_notification_configuration(name, {"EventBridgeConfiguration": {}})


def _function(arn: str, parsed: Arn) -> None:
    name, _, qualifier = parsed.resource_id.partition(":")
    # Its role is somebody else's as well, so moto's CreateFunction, which asks for it, is passed by.
    functions = get_backend(parsed.account, parsed.region)._lambdas
    if name not in functions._functions:
        spec = {**_SOME_FUNCTION, "FunctionName": name}
        # It has abstract methods, which nothing but mypy minds.
        made = LambdaFunction(parsed.account, spec, parsed.region, "$LATEST")  # type: ignore[abstract]
        functions._functions[name] = {"latest": made, "versions": []}
        functions._arns[made.function_arn] = made
    if qualifier.isdecimal():
        _function_version(functions._functions[name], int(qualifier))
    elif qualifier:
        with suppress(ConflictException):
            functions.put_alias(qualifier, name, "$LATEST", "", "")


def _function_version(function: dict[str, Any], number: int) -> None:
    if not any(each.version == number for each in function["versions"]):
        version = copy.copy(function["latest"])
        version.set_version(number)
        function["versions"].append(version)


_SOME_FUNCTION = {
    "Code": {"ZipFile": base64.b64encode(archive.pack({"index.py": b""})).decode()},
    "Handler": "index.handler",
    "Role": "arn:aws:iam::123456789012:role/somebody",
    "Runtime": "python3.13",
}


def _alarm(arn: str, parsed: Arn) -> None:
    backend = cloudwatch_backends[parsed.account][parsed.region]
    if parsed.resource_id not in backend.alarms:
        backend.put_metric_alarm(
            parsed.resource_id, "Made/Up", "made-up", "GreaterThanThreshold", 1, 60, 0, "Sum", "", [], []
        )


# By service and kind of resource, as the ARN has them.
_CREATORS: Mapping[tuple[str, str | None], Callable[[str, Arn], None]] = {
    ("acm", "certificate"): _certificate,
    ("iam", "server-certificate"): _server_certificate,
    ("iam", "policy"): _policy,
    ("wafv2", "regional"): _web_acl,
    ("secretsmanager", "secret"): _secret,
    ("ssm", "parameter"): _parameter,
    ("codecommit", None): _repository,
    ("codeconnections", "connection"): _connection,
    ("codestar-connections", "connection"): _connection,
    ("sns", None): _topic,
    ("ecr", "repository"): _image_repository,
    ("s3", None): _bucket,
    ("lambda", "function"): _function,
    ("cloudwatch", "alarm"): _alarm,
}


def create_network(network: Network) -> None:
    """Create what is not there yet of ``network``.

    All its subnets have a route to an internet gateway, for which AWS asks before it takes a public load balancer.
    Each group of subnets is spread over the region's zones; which zones they are in, and their addresses, are made up.
    Raises ``ValueError`` for a region that is not emulated.
    """
    check_region(network.region)
    backend = ec2_backends[network.account][network.region]
    if network.vpc_id not in backend.vpcs:
        _vpc(backend, network.vpc_id)
    for group in network.subnet_ids:
        for subnet_id in group:
            _subnet(backend, network.vpc_id, subnet_id, group)


def _vpc(backend: EC2Backend, vpc_id: str) -> None:
    """As moto's CreateVpc, which takes no id, with a way to the internet."""
    # moto's models have abstract methods, which nothing but mypy minds.
    backend.vpcs[vpc_id] = VPC(backend, vpc_id, "10.0.0.0/16", is_default=False)  # type: ignore[abstract]
    backend.create_network_acl(vpc_id, default=True)
    backend.create_security_group("default", "default VPC security group", vpc_id=vpc_id, is_default=True)
    gateway = backend.create_internet_gateway()
    backend.attach_internet_gateway(gateway.id, vpc_id)
    table = backend.create_route_table(vpc_id, main=True)
    backend.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)


def _subnet(backend: EC2Backend, vpc_id: str, subnet_id: str, group: Sequence[str]) -> None:
    """As moto's CreateSubnet, which takes no id, in the zone that the fewest of ``group`` are in."""
    subnets = backend.describe_subnets()
    if subnet_id in (subnet.id for subnet in subnets):
        return
    taken = [subnet.availability_zone for subnet in subnets if subnet.id in group]
    zone = min(RegionsAndZonesBackend.zones[backend.region_name], key=lambda zone: taken.count(zone.name))
    number = sum(subnet.vpc_id == vpc_id for subnet in subnets)
    cidr = f"10.0.{number}.0/24"
    made = Subnet(backend, subnet_id, vpc_id, cidr, None, zone, False, False)  # type: ignore[abstract]
    backend.associate_default_network_acl_with_subnet(subnet_id, vpc_id)
    backend.subnets[zone.name][subnet_id] = made
