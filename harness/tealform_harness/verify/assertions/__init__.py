"""What must exist after an apply, because environment.hcl says so, asked of AWS's own interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from tealform.settings.loader import LoadedEnvironment
from tealform_harness.aws_emulator.server import EmulatedAws
from tealform_harness.verify.assertions import codedeploy, delivery, ecs, load_balancer, network, release, service
from tealform_harness.verify.assertions.assertion import Fact

_CONCERNS = (
    network.facts,
    load_balancer.facts,
    service.facts,
    release.facts,
    delivery.facts,
    codedeploy.facts,
    ecs.facts,
)


def gather(aws: EmulatedAws, settings: LoadedEnvironment) -> list[Fact]:
    """Every fact about the environment; what AWS answers with an error, or not at all, is one that does not hold."""
    return list(_facts(aws, settings))


def _facts(aws: EmulatedAws, settings: LoadedEnvironment) -> Iterator[Fact]:
    for concern in _CONCERNS:
        try:
            yield from concern(aws, settings)
        except (ClientError, LookupError, ValueError) as error:
            name = concern.__module__.rpartition(".")[2].replace("_", " ")
            yield Fact((), f"the {name}", "there", repr(error))
