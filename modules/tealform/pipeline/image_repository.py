"""The ECR repository that a service's images are in: its own, or that of the environment that builds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    EcrRepositoryPolicy,
)
from tealform.common.iam import Statement, account_principals, policy_document, require_role
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context

_PULLING = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")

_UNTAGGED_DAYS = 7
_TAKEN_OVER = 20


@dataclass(frozen=True)
class Images:
    """Where images are: the repository's ARN, and its URI in the words of ``docker pull``."""

    arn: str
    uri: str

    @classmethod
    def of(cls, builder: Context, service: str) -> Images:
        """The images of a service that the environment of ``builder`` builds; known before the repository is there."""
        name = builder.name(service)
        host = f"{builder.account}.dkr.ecr.{builder.region}.{builder.dns_suffix}"
        return cls(builder.arn("ecr", f"repository/{name}"), f"{host}/{name}")

    def pulling(self) -> Statement:
        """The right to pull from this repository."""
        return Statement(sid="PullImages", actions=_PULLING, resources=[self.arn])

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


@dataclass(frozen=True)
class ImageRepositoryProps:
    """The service whose images these are, how many are kept, and the environments that take them over.

    ``pullers`` are the ARNs of roles in other accounts that start tasks from them.
    """

    shared: SharedResources
    service: str
    keep_images: int
    runners: Sequence[str] = ()
    pullers: Sequence[str] = ()


class ImageRepository(Construct):
    """A repository whose tags never move, whose images are scanned on push, and whose oldest images expire.

    What another environment has taken over bears a tag that begins with its name, and outlives newer builds:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    def __init__(self, scope: Construct, id_: str, props: ImageRepositoryProps) -> None:
        super().__init__(scope, id_)
        context = props.shared.context
        images = Images.of(context, props.service)
        repository = EcrRepository(
            self,
            "repository",
            name=context.name(props.service),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[
                EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=props.shared.key.arn)
            ],
            force_delete=props.shared.disposable,
        )
        self.images = Images(images.arn, repository.repository_url)
        document = DataAwsEcrLifecyclePolicyDocument(
            self,
            "expiry",
            rule=[
                _expire(priority, description, selection)
                for priority, (description, selection) in enumerate(_selections(props), start=1)
            ],
        )
        EcrLifecyclePolicy(self, "lifecycle", repository=repository.name, policy=document.json)
        if props.pullers:
            permissions = policy_document(self, "permissions", [_pulling(props.pullers)])
            EcrRepositoryPolicy(self, "policy", repository=repository.name, policy=permissions.json)


def _pulling(roles: Sequence[str]) -> Statement:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html"""
    return Statement(
        sid="PullFromOtherAccounts",
        actions=_PULLING,
        principals=account_principals(roles),
        conditions=[require_role(roles)],
    )


def _selections(props: ImageRepositoryProps) -> list[tuple[str, DataAwsEcrLifecyclePolicyDocumentRuleSelection]]:
    """What expires, the most lasting first: an image is expired by the first rule that its tags match, and by no other.

    The name of an environment holds no underscore, so that one never begins with another one's prefix.
    """
    taken_over = [
        (
            f"All but the newest {_TAKEN_OVER} that {runner} took over",
            DataAwsEcrLifecyclePolicyDocumentRuleSelection(
                tag_status="tagged",
                tag_prefix_list=[f"{runner}_"],
                count_type="imageCountMoreThan",
                count_number=_TAKEN_OVER,
            ),
        )
        for runner in props.runners
    ]
    untagged = DataAwsEcrLifecyclePolicyDocumentRuleSelection(
        tag_status="untagged", count_type="sinceImagePushed", count_unit="days", count_number=_UNTAGGED_DAYS
    )
    newest = DataAwsEcrLifecyclePolicyDocumentRuleSelection(
        tag_status="any", count_type="imageCountMoreThan", count_number=props.keep_images
    )
    return [
        *taken_over,
        (f"Untagged images after {_UNTAGGED_DAYS} days", untagged),
        (f"All but the newest {props.keep_images} images", newest),
    ]


def _expire(
    priority: int, description: str, selection: DataAwsEcrLifecyclePolicyDocumentRuleSelection
) -> DataAwsEcrLifecyclePolicyDocumentRule:
    return DataAwsEcrLifecyclePolicyDocumentRule(
        priority=priority,
        description=description,
        selection=[selection],
        action=[DataAwsEcrLifecyclePolicyDocumentRuleAction(type="expire")],
    )
