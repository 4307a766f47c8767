"""Creates things in the emulated AWS under ARNs that are given: what an environment takes for granted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from moto.acm.models import CertBundle, acm_backends
from moto.codecommit.models import codecommit_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends
from moto.utilities.arns import Arn, parse_arn
from moto.wafv2.models import FakeWebACL, wafv2_backends


def create(arns: Iterable[str]) -> None:
    """Creates what is not there yet of ``arns``.

    They are those of ACM certificates (for *.example.com), regional WAF web ACLs (which admit everything), secrets and
    parameters (with a made-up value), and empty CodeCommit repositories. Raises ``ValueError`` for any other.
    """
    for arn in arns:
        parsed = parse_arn(arn)
        if parsed.service not in _CREATORS:
            raise ValueError(f"{arn}: things of {parsed.service} cannot be created beforehand")
        _CREATORS[parsed.service](arn, parsed)


def _certificate(arn: str, parsed: Arn) -> None:
    certificates = acm_backends[parsed.account][parsed.region]._certificates
    if arn not in certificates:
        bundle = CertBundle.generate_cert("*.example.com", parsed.account, parsed.region)
        bundle.arn, bundle.status = arn, "ISSUED"
        certificates[arn] = bundle


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


_CREATORS: Mapping[str, Callable[[str, Arn], None]] = {
    "acm": _certificate,
    "wafv2": _web_acl,
    "secretsmanager": _secret,
    "ssm": _parameter,
    "codecommit": _repository,
}
