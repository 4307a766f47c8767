"""What must exist after an apply, because environment.hcl says so, compared with the answers of AWS's own APIs."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions import delivery, network, release, service
from tealform_harness.verify.assertions.assertion import Assertion

_CHECKS = {
    "network": network.check,
    "load balancer": network.check_load_balancer,
    "service": service.check,
    "release": release.check,
    "delivery": delivery.check,
    "codedeploy": release.check_codedeploy,
    "ecs": release.check_ecs,
}


def gather(aws: EmulatedAws, settings: LoadedEnvironment) -> list[Assertion]:
    """Check every assertion about the environment. An error instead of AWS's answer is an assertion that failed."""
    return [each for name in _CHECKS for each in _check(name, aws, settings)]


def _check(name: str, aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Assertion]:
    try:
        yield from _CHECKS[name](aws, settings)
    except (ClientError, LookupError, ValueError) as error:
        yield Assertion((), f"the {name}", "there", repr(error))
