"""The real provider on an emulated AWS: what is generated for an account lives, and the roles in it suffice."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tealform.policy.iam import policy_reader
from tealform.settings import loader
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth import environments
from tealform.synth.synthesis import synthesize
from tealform.terraform import scratch_module, terraform_binaries
from tealform.terraform.scratch_module import CommandResult, ScratchModule
from tealform_harness.aws_emulator import external_references
from tealform_harness.aws_emulator.server import EmulatedAws, running
from tealform_harness.verify import aws_provider, settings_change
from tealform_harness.verify.aws_provider import Provider
from tealform_harness.verify.unsupported_arguments import ArgumentFilter
from tests.inventory import ROOT
from tests.support import synth
from tests.unit.bootstrap import calls, projects
from tests.unit.bootstrap.test_generated import MOVED

pytestmark = pytest.mark.aws_provider

SHIPPED = {
    "common": (ROOT / "environments" / loader.COMMON).read_text(encoding="utf-8")
    + f"{projects.S3}\n{projects.GITHUB}\n",
    **{
        name: (ROOT / "environments" / name / loader.FILE).read_text(encoding="utf-8")
        for name in environments.list_names(ROOT)
    },
}
MIGRATE = ("-migrate-state", "-force-copy")
BUCKET = f"shop-terraform-state-{projects.ACCOUNT}"


def _provider() -> Provider:
    return aws_provider.find("6.25.0", terraform_binaries.list_terraforms()[0])


@contextmanager
def _work(folder: Path, provider: Provider, aws: EmulatedAws) -> Iterator[tuple[ScratchModule, ArgumentFilter]]:
    """A workspace of the Terraform in ``folder``, initialized, without what the provider is too old to know."""
    variables = {**aws.environment, **calls.LOGGING}
    with (
        provider.serving(variables, folder) as reattach,
        # The backend asks AWS as well, once the state is there.
        scratch_module.copy_with_own_backend(
            folder, terraform_binaries.list_terraforms()[0], {**aws.environment, "TF_REATTACH_PROVIDERS": reattach}
        ) as work,
    ):
        yield work, ArgumentFilter(provider.version)


def _check(outcome: CommandResult) -> CommandResult:
    assert [str(each) for each in outcome.errors] == []
    return outcome


def test_what_an_account_needs_is_made_once_and_its_state_moves_into_the_bucket_that_it_made(tmp_path: Path) -> None:
    folder = projects.run(projects.write(tmp_path, {"dev": projects.shared(projects.S3, projects.GITHUB)}))
    with running(projects.ACCOUNT) as aws, _work(folder, _provider(), aws) as (work, arguments):
        _check(work.init())
        arguments.learn(work)
        _check(work.plan())
        _check(work.apply())
        assert _check(work.plan()).exit_code == 0, "nothing is left to plan"

        (work.folder / "backend_override.tf").write_text(MOVED, encoding="utf-8")
        _check(work.run("init", "-no-color", *MIGRATE))
        assert _check(work.plan()).exit_code == 0, "the state is where it was moved to"
        found = aws.client("s3", "eu-west-1").head_object(Bucket=BUCKET, Key="bootstrap/terraform.tfstate")
        assert found["ServerSideEncryption"] == "aws:kms"
        # The copy that remains here is not read any more.
        (work.folder / "terraform.tfstate").unlink()

        kept = {each.summary for each in work.destroy().errors}
        assert kept == {"Instance cannot be destroyed"}
        # Before the bucket is deleted, the state moves out of it.
        (work.folder / "backend_override.tf").unlink()
        _check(work.run("init", "-no-color", *MIGRATE))
        scratch_module.unprotect(work.folder)
        _check(work.run("state", "rm", "-no-color", *(each for each in work.state() if each.startswith("aws_s3"))))
        _check(work.destroy())
        assert work.state() == []
        providers = aws.client("iam", "us-east-1").list_open_id_connect_providers()
        assert providers["OpenIDConnectProviderList"] == []


def test_the_roles_may_do_what_terraform_does_and_a_plan_needs_no_more_than_the_role_for_plans(tmp_path: Path) -> None:
    root = projects.write(tmp_path, SHIPPED)
    bootstrapped = json.loads((projects.run(root) / GENERATED).read_text(encoding="utf-8"))
    roles = {role.name: role for role in policy_reader.read(bootstrapped).roles}
    synth(root, "dev")
    settings, folder = loader.load(root / "environments", "dev"), root / "environments" / "dev"
    log = calls.Log(_provider(), tmp_path)
    planned, applied = set[calls.Call](), set[calls.Call]()
    with running(projects.ACCOUNT) as aws:
        external_references.seed(aws, environments.load_document(folder))
        with _work(folder, log.provider, aws) as (work, arguments):
            (work.folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n', encoding="utf-8")
            _check(work.init())
            arguments.learn(work)
            there: dict[str, list[calls.Thing]] = {}
            for change in _changes(settings, work, arguments):
                change()
                _check(work.plan())
                planned |= log.calls()
                _check(work.apply())
                applied |= log.calls()
                there |= calls.things(work.shown())
            _check(work.plan())
            planned |= log.calls()
            _check(work.destroy())
            applied |= log.calls()
    assert calls.Call("ec2:DeleteVpc", "aws_vpc") in applied
    assert calls.Call("ec2:DescribeVpcs", "aws_vpc") in planned
    assert calls.refusals(roles["shop-dev-plan"], planned, there) == []
    assert calls.refusals(roles["shop-dev-apply"], planned | applied, there) == []
    # The roles of another environment do not reach it.
    assert "s3:DeleteBucket on arn:aws:s3:::shop-dev-access-logs-123456789012" in calls.refusals(
        roles["shop-prod-apply"], applied, there
    )


def _changes(
    settings: LoadedEnvironment, work: ScratchModule, arguments: ArgumentFilter
) -> Iterator[Callable[[], object]]:
    """Yield changes: none at first, then other settings, then a disposable environment."""
    yield lambda: None
    other = settings_change.change_settings(settings)
    for each in (other, settings_change.make_disposable(other)):
        yield lambda each=each: _resynthesize(each, work, arguments)  # type: ignore[misc]


def _resynthesize(settings: LoadedEnvironment, work: ScratchModule, arguments: ArgumentFilter) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        text = synthesize([settings], Path(scratch))[settings.name]
    (work.folder / GENERATED).write_text(text, encoding="utf-8")
    arguments.apply(work.folder)
