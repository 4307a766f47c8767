"""The ECR repository that a service's images are pushed to."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import (
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
from modules.foundation import Foundation
from modules.iam import Statement

_UNTAGGED_DAYS = 7


@dataclass(frozen=True)
class ImageRepositoryProps:
    """The service whose images these are, and how many are kept."""

    foundation: Foundation
    service: str
    keep_images: int


class ImageRepository(Construct):
    """A repository whose tags never move, whose images are scanned on push, and whose oldest images expire."""

    def __init__(self, scope: Construct, id_: str, props: ImageRepositoryProps) -> None:
        super().__init__(scope, id_)
        context = props.foundation.context
        name = context.name(props.service)
        self.arn = context.arn("ecr", f"repository/{name}")
        repository = EcrRepository(
            self,
            "repository",
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[
                EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=props.foundation.key.arn)
            ],
            force_delete=props.foundation.disposable,
        )
        self.uri = repository.repository_url
        document = DataAwsEcrLifecyclePolicyDocument(
            self,
            "expiry",
            rule=[
                _expire(
                    1,
                    f"Untagged images after {_UNTAGGED_DAYS} days",
                    DataAwsEcrLifecyclePolicyDocumentRuleSelection(
                        tag_status="untagged",
                        count_type="sinceImagePushed",
                        count_unit="days",
                        count_number=_UNTAGGED_DAYS,
                    ),
                ),
                _expire(
                    2,
                    f"All but the newest {props.keep_images} images",
                    DataAwsEcrLifecyclePolicyDocumentRuleSelection(
                        tag_status="any", count_type="imageCountMoreThan", count_number=props.keep_images
                    ),
                ),
            ],
        )
        EcrLifecyclePolicy(self, "lifecycle", repository=repository.name, policy=document.json)

    def pushing(self) -> Statement:
        """The right to push to this repository, and to look whether an image is there."""
        return Statement(
            sid="PushImages",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            resources=[self.arn],
        )


def _expire(
    priority: int, description: str, selection: DataAwsEcrLifecyclePolicyDocumentRuleSelection
) -> DataAwsEcrLifecyclePolicyDocumentRule:
    return DataAwsEcrLifecyclePolicyDocumentRule(
        priority=priority,
        description=description,
        selection=[selection],
        action=[DataAwsEcrLifecyclePolicyDocumentRuleAction(type="expire")],
    )
