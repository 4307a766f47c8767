"""The repository in which a service's builds find the layers of the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tealform.aws import (
    Construct,
    DataAwsEcrLifecyclePolicyDocument,
    DataAwsEcrLifecyclePolicyDocumentRule,
    DataAwsEcrLifecyclePolicyDocumentRuleAction,
    DataAwsEcrLifecyclePolicyDocumentRuleSelection,
    EcrLifecyclePolicy,
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from tealform.common.iam import Statement
from tealform.common.shared_resources import SharedResources
from tealform.pipeline.image_repository import Images

_UNTAGGED_DAYS = 1


@dataclass(frozen=True)
class BuildCacheProps:
    """The service, by name."""

    shared: SharedResources
    service: str


class BuildCache(Construct):
    """A repository with one tag, which moves with each build; what it has left expires. Nothing is released from it."""

    def __init__(self, scope: Construct, id_: str, props: BuildCacheProps) -> None:
        super().__init__(scope, id_)
        name = props.shared.context.name(props.service, "cache")
        repository = EcrRepository(
            self,
            "repository",
            name=name,
            image_tag_mutability="MUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[
                EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=props.shared.key.arn)
            ],
            # The next build makes it again.
            force_delete=True,
        )
        arn = props.shared.context.arn("ecr", f"repository/{name}")
        self._images = Images(arn, repository.repository_url)
        document = DataAwsEcrLifecyclePolicyDocument(
            self,
            "expiry",
            rule=[
                DataAwsEcrLifecyclePolicyDocumentRule(
                    priority=1,
                    description=f"What is no longer the newest, after {_UNTAGGED_DAYS} day",
                    selection=[
                        DataAwsEcrLifecyclePolicyDocumentRuleSelection(
                            tag_status="untagged",
                            count_type="sinceImagePushed",
                            count_unit="days",
                            count_number=_UNTAGGED_DAYS,
                        )
                    ],
                    action=[DataAwsEcrLifecyclePolicyDocumentRuleAction(type="expire")],
                )
            ],
        )
        EcrLifecyclePolicy(self, "lifecycle", repository=repository.name, policy=document.json)

    def variables(self) -> dict[str, str]:
        """What tells a build where the cache is."""
        return {"CACHE_REPOSITORY_URI": self._images.uri}

    def usage(self) -> Statement:
        """The right to read the cache and to replace it."""
        return replace(self._images.pushing(), sid="UseCache")
