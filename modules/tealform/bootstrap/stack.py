"""One account's root module: buckets for state, identity providers, and roles for whoever runs Terraform."""

from __future__ import annotations

import hashlib

from tealform.aws import App, AwsProvider, Construct, IamOpenidConnectProvider, TerraformOutput, TerraformResource
from tealform.bootstrap import oidc_providers, state_permissions
from tealform.bootstrap.account_requirements import Account
from tealform.bootstrap.account_requirements import StateBucket as Wanted
from tealform.bootstrap.oidc_providers import Issuer
from tealform.bootstrap.state_bucket import StateBucket, StateBucketProps
from tealform.bootstrap.terraform_roles import Runner, RunnerProps
from tealform.common.iam import Statement
from tealform.common.root_module import RootModule
from tealform.naming import Context
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.state import S3State
from tealform.settings.terraform_backend import bucket_arn, bucket_name

# It creates the bucket, so it cannot begin in there.
_STATE = {"backend.local.path": "terraform.tfstate"}


class AccountStack(RootModule):
    """What one account needs. Its id is the account's number."""

    def __init__(self, scope: App, account: Account) -> None:
        super().__init__(scope, account.number)
        self._account = account
        self._context = account.environments[0].context
        self._regions: dict[str, AwsProvider] = {}
        self.configure(account.region, account.number, account.tags, _STATE)
        self._buckets = {wanted.name: self._bucket(wanted) for wanted in account.buckets}
        self._providers = {issuer.host: self._provider(issuer) for issuer in account.issuers}
        for settings in account.environments:
            if named := oidc_providers.of(settings):
                self._runner(settings, named)

    def _bucket(self, wanted: Wanted) -> StateBucket:
        bucket = StateBucket(self, _id("state", wanted.name), StateBucketProps(self._context, wanted))
        if wanted.region != self._account.region:
            self._move(bucket, wanted.region)
        TerraformOutput(
            self, _id("state-bucket", wanted.name), value=bucket.name, description=f"Holds state, in {wanted.region}"
        )
        return bucket

    def _move(self, scope: Construct, region: str) -> None:
        """Everything in ``scope`` is in another region."""
        if region not in self._regions:
            self._regions[region] = AwsProvider(
                self,
                f"aws-{region}",
                alias=region,
                region=region,
                allowed_account_ids=[self._account.number],
                default_tags=[{"tags": dict(self._account.tags)}],
            )
        for each in scope.node.find_all():
            if isinstance(each, TerraformResource):
                each.provider = self._regions[region]

    def _provider(self, issuer: Issuer) -> str:
        """The ARN of an identity provider, which is created unless it exists.

        AWS trusts the certificates of both by itself: no thumbprints.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
        """
        if not issuer.create:
            return self._context.global_arn("iam", f"oidc-provider/{issuer.host}")
        provider = IamOpenidConnectProvider(
            self,
            f"provider-{issuer.host.replace('.', '-')}",
            url=f"https://{issuer.host}",
            client_id_list=[issuer.audience],
        )
        return provider.arn

    def _runner(self, settings: LoadedEnvironment, named: list[Issuer]) -> None:
        pairs = [(issuer, self._providers[issuer.host]) for issuer in named]
        runner = Runner(
            self,
            f"runner-{settings.name}",
            RunnerProps(
                settings, pairs, self._state_key_arn(settings.context, settings.environment.state), self._left_alone()
            ),
        )
        for phase, role in (("plan", runner.plan), ("apply", runner.apply)):
            usages = " and ".join(issuer.usage.replace("{PHASE}", phase.upper()) for issuer in named)
            TerraformOutput(
                self,
                f"{settings.name}-{phase}-role",
                value=role.arn,
                description=f"For Terraform's {phase} of {settings.context.prefix}: {usages}",
            )

    def _state_key_arn(self, context: Context, state: object) -> str | None:
        if not isinstance(state, S3State):
            return None
        created = self._buckets.get(bucket_name(context, state))
        return created.key_arn if created else state.kms_key

    def _left_alone(self) -> list[Statement]:
        """What no apply changes: where the states of this account are, those of its neighbours as well."""
        buckets, keys = set[str](), set[str]()
        for settings in self._account.environments:
            if isinstance(kept := settings.environment.state, S3State):
                buckets.add(bucket_arn(settings.context, kept))
                keys.add(self._state_key_arn(settings.context, kept) or "")
        return state_permissions.left_alone(sorted(buckets), sorted(keys - {""}))


def _id(kind: str, bucket: str) -> str:
    """An id for what belongs to a bucket; Terraform takes no dot in a name, and another bucket may have a hyphen there."""
    told_apart = f"-{hashlib.sha256(bucket.encode()).hexdigest()[:8]}" if "." in bucket else ""
    return f"{kind}-{bucket.replace('.', '-')}{told_apart}"
