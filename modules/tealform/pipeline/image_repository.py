"""The ECR repositories of a service: of its images, and of the layers that its builds reuse."""

from __future__ import annotations

from collections.abc import Sequence
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
    EcrRepositoryPolicy,
)
from tealform.common.iam import Statement, account_principals, policy_document, require_role
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")

_UNTAGGED_DAYS = 7
_UNTAGGED_CACHE_DAYS = 1
_TAKEN_OVER = 20


@dataclass(frozen=True)
class Images:
    """Where a service's images are: in its own repository, or in that of the environment that builds them."""

    arn: str
    """The repository's ARN."""

    uri: str
    """The repository's URI, as ``docker pull`` takes it."""

    @classmethod
    def from_builder(cls, builder: Context, service: str) -> Images:
        """Return the images of a service that the environment ``builder`` builds; known before the repository exists."""
        name = builder.name(service)
        host = f"{builder.account}.dkr.ecr.{builder.region}.{builder.dns_suffix}"
        return cls(builder.arn("ecr", f"repository/{name}"), f"{host}/{name}")

    def allow_pull(self) -> Statement:
        """Return the permission to pull from this repository."""
        return Statement("PullImages", _PULL, [self.arn])

    def allow_push(self) -> Statement:
        """Return the permission to push to this repository, and to look whether an image is there."""
        return Statement(
            "PushImages",
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            [self.arn],
        )


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryProps:
    """Configures an ``ImageRepository``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The service's name."""

    keep_images: int
    """The number of images that are kept."""

    runners: Sequence[str] = ()
    """The environments that take images over; none by default."""

    pullers: Sequence[str] = ()
    """ARNs of roles in other accounts that start tasks from the images; none by default."""


class ImageRepository(Construct):
    """A repository whose tags never move, whose images are scanned on push, and whose oldest images expire.

    An image that another environment has taken over has a tag that begins with its name, and outlives newer builds:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    def __init__(self, scope: Construct, id_: str, props: ImageRepositoryProps) -> None:
        super().__init__(scope, id_)
        context = props.shared.context
        repository = _create_repository(
            self,
            props.shared,
            context.name(props.service),
            mutability="IMMUTABLE",
            force_delete=props.shared.disposable,
            expiring=_expiring(props),
        )
        self.images = Images(Images.from_builder(context, props.service).arn, repository.repository_url)
        if props.pullers:
            # https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
            pull = Statement(
                "PullFromOtherAccounts",
                _PULL,
                principals=account_principals(props.pullers),
                conditions=[require_role(props.pullers)],
            )
            permissions = policy_document(self, "permissions", [pull])
            EcrRepositoryPolicy(self, "policy", repository=repository.name, policy=permissions.json)


@dataclass(frozen=True, kw_only=True)
class BuildCacheProps:
    """Configures a ``BuildCache``."""

    shared: SharedResources
    """What the pipelines of the environment share, in the pipeline's account."""

    service: str
    """The service's name."""


class BuildCache(Construct):
    """A repository with one tag, which each build moves; what lost the tag expires. Nothing is released from it."""

    def __init__(self, scope: Construct, id_: str, props: BuildCacheProps) -> None:
        super().__init__(scope, id_)
        name = props.shared.context.name(props.service, "cache")
        days = _UNTAGGED_CACHE_DAYS
        repository = _create_repository(
            self,
            props.shared,
            name,
            mutability="MUTABLE",
            # The next build makes it again.
            force_delete=True,
            expiring=[(f"What is no longer the newest, after {days} day", _untagged(days))],
        )
        self._images = Images(props.shared.context.arn("ecr", f"repository/{name}"), repository.repository_url)
        self.variables = {"CACHE_REPOSITORY_URI": self._images.uri}

    def allow_use(self) -> Statement:
        """Return the permission to read the cache and to replace it."""
        return replace(self._images.allow_push(), sid="UseCache")


_Expiring = tuple[str, DataAwsEcrLifecyclePolicyDocumentRuleSelection]


def _create_repository(
    scope: Construct,
    shared: SharedResources,
    name: str,
    *,
    mutability: str,
    force_delete: bool,
    expiring: Sequence[_Expiring],
) -> EcrRepository:
    repository = EcrRepository(
        scope,
        "repository",
        name=name,
        image_tag_mutability=mutability,
        image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
        encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=shared.key.arn)],
        force_delete=force_delete,
    )
    document = DataAwsEcrLifecyclePolicyDocument(
        scope,
        "expiry",
        rule=[
            DataAwsEcrLifecyclePolicyDocumentRule(
                priority=priority,
                description=description,
                selection=[selection],
                action=[DataAwsEcrLifecyclePolicyDocumentRuleAction(type="expire")],
            )
            for priority, (description, selection) in enumerate(expiring, start=1)
        ],
    )
    EcrLifecyclePolicy(scope, "lifecycle", repository=repository.name, policy=document.json)
    return repository


def _expiring(props: ImageRepositoryProps) -> list[_Expiring]:
    """Return what expires, the most lasting first: ECR applies the first rule that an image's tags match, and no other.

    An environment's name has no underscore, so none begins with another one's prefix.
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
    newest = DataAwsEcrLifecyclePolicyDocumentRuleSelection(
        tag_status="any", count_type="imageCountMoreThan", count_number=props.keep_images
    )
    return [
        *taken_over,
        (f"Untagged images after {_UNTAGGED_DAYS} days", _untagged(_UNTAGGED_DAYS)),
        (f"All but the newest {props.keep_images} images", newest),
    ]


def _untagged(days: int) -> DataAwsEcrLifecyclePolicyDocumentRuleSelection:
    return DataAwsEcrLifecyclePolicyDocumentRuleSelection(
        tag_status="untagged", count_type="sinceImagePushed", count_unit="days", count_number=days
    )
