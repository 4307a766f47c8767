"""One account's root module: buckets for state, identity providers, and the roles that run Terraform."""

from __future__ import annotations

import hashlib

from tealform.aws import App, AwsProvider, Construct, IamOpenidConnectProvider, TerraformOutput, TerraformResource
from tealform.bootstrap.account_requirements import Account, OidcProvider, RequiredBucket, list_providers
from tealform.bootstrap.state_bucket import StateBucket, StateBucketProps
from tealform.bootstrap.terraform_roles import TerraformRoles, TerraformRolesProps, deny_state_changes
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
        self._buckets = {required.name: self._create_bucket(required) for required in account.buckets}
        self._provider_arns = {provider.host: self._create_provider(provider) for provider in account.providers}
        for settings in account.environments:
            if providers := list_providers(settings):
                self._create_roles(settings, providers)

    def _create_bucket(self, required: RequiredBucket) -> StateBucket:
        props = StateBucketProps(context=self._context, required=required)
        bucket = StateBucket(self, _id("state", required.name), props)
        if required.region != self._account.region:
            self._move(bucket, required.region)
        TerraformOutput(
            self,
            _id("state-bucket", required.name),
            value=bucket.name,
            description=f"Holds state, in {required.region}",
        )
        return bucket

    def _move(self, scope: Construct, region: str) -> None:
        """Put everything in ``scope`` into another region."""
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

    def _create_provider(self, provider: OidcProvider) -> str:
        """Return the ARN of an identity provider, which is created unless it exists.

        AWS trusts the certificates of both by itself: no thumbprints.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
        """
        if not provider.create:
            return self._context.global_arn("iam", f"oidc-provider/{provider.host}")
        created = IamOpenidConnectProvider(
            self,
            f"provider-{provider.host.replace('.', '-')}",
            url=f"https://{provider.host}",
            client_id_list=[provider.audience],
        )
        return created.arn

    def _create_roles(self, settings: LoadedEnvironment, providers: list[OidcProvider]) -> None:
        roles = TerraformRoles(
            self,
            f"runner-{settings.name}",
            TerraformRolesProps(
                settings=settings,
                providers=[(provider, self._provider_arns[provider.host]) for provider in providers],
                state_key_arn=self._state_key_arn(settings.context, settings.environment.state),
                denied=self._deny_state_changes(),
            ),
        )
        for phase, role in (("plan", roles.plan), ("apply", roles.apply)):
            usages = " and ".join(provider.usage.replace("{PHASE}", phase.upper()) for provider in providers)
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

    def _deny_state_changes(self) -> list[Statement]:
        """Protect the states of this account from every apply, those of its neighbors as well."""
        buckets, keys = set[str](), set[str]()
        for settings in self._account.environments:
            if isinstance(state := settings.environment.state, S3State):
                buckets.add(bucket_arn(settings.context, state))
                keys.add(self._state_key_arn(settings.context, state) or "")
        return deny_state_changes(sorted(buckets), sorted(keys - {""}))


def _id(kind: str, bucket: str) -> str:
    """Return an id for what belongs to a bucket. Terraform allows no dot in a name, and another bucket may have a hyphen there."""
    suffix = f"-{hashlib.sha256(bucket.encode()).hexdigest()[:8]}" if "." in bucket else ""
    return f"{kind}-{bucket.replace('.', '-')}{suffix}"
