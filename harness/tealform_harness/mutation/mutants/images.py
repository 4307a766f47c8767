"""ECR: what images are, and whether one can be gone back to."""

from __future__ import annotations

import json

from tealform_harness.mutation.edits import create, drop, put, remove, together
from tealform_harness.mutation.mutant import Mutant

_REPOSITORY = "images-api/repository"
_PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]

MUTANTS = (
    Mutant(
        "mutable-tags",
        "tags of images can be moved",
        "What was scanned and approved is not what runs.",
        "prod",
        put(_REPOSITORY, "image_tag_mutability", "MUTABLE"),
    ),
    Mutant(
        "mutable-tags-by-exclusion",
        "tags of images are immutable, except all of them",
        "What was scanned and approved is not what runs.",
        "prod",
        together(
            put(_REPOSITORY, "image_tag_mutability", "IMMUTABLE_WITH_EXCLUSION"),
            put(
                _REPOSITORY,
                "image_tag_mutability_exclusion_filter",
                [{"filter": "*", "filter_type": "WILDCARD"}],
            ),
        ),
    ),
    Mutant(
        "images-are-not-scanned",
        "images are not scanned when they are pushed",
        "What is known to be vulnerable is not known here.",
        "prod",
        put(_REPOSITORY, "image_scanning_configuration/scan_on_push", False),
    ),
    Mutant(
        "images-without-a-key",
        "images are not under the environment's key",
        "Who may read them is no longer the key's decision.",
        "prod",
        drop(_REPOSITORY, "encryption_configuration"),
    ),
    Mutant(
        "public-images",
        "a repository's policy lets anybody pull",
        "What is in the images is on the internet.",
        "prod",
        together(
            create(
                "data.aws_iam_policy_document.public_images",
                statement=[
                    {"actions": _PULL, "effect": "Allow", "principals": [{"type": "AWS", "identifiers": ["*"]}]}
                ],
            ),
            create(
                "aws_ecr_repository_policy.public",
                repository="${aws_ecr_repository.images-api_repository.name}",
                policy="${data.aws_iam_policy_document.public_images.json}",
            ),
        ),
    ),
    Mutant(
        "public-images-by-a-text",
        "a repository's policy, as a text, lets anybody push",
        "Anybody decides what runs in production.",
        "prod",
        create(
            "aws_ecr_repository_policy.public",
            repository="${aws_ecr_repository.images-api_repository.name}",
            policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["ecr:PutImage", *_PULL]}],
                }
            ),
        ),
    ),
    Mutant(
        "images-never-expire",
        "the lifecycle of a repository's images was removed",
        "They pile up, and are paid for, until the repository is full.",
        "prod",
        remove("images-api/lifecycle"),
    ),
    Mutant(
        "one-image-is-kept",
        "all images but the newest expire",
        "There is nothing to roll back to, and tasks cannot be replaced during a release.",
        "prod",
        put(
            "images-api/expiry",
            "rule",
            [
                {
                    "action": [{"type": "expire"}],
                    "description": "All but the newest image",
                    "priority": 1,
                    "selection": [{"count_number": 1, "count_type": "imageCountMoreThan", "tag_status": "any"}],
                }
            ],
        ),
    ),
    Mutant(
        "images-are-deleted-along",
        "a repository of production may be destroyed with its images",
        "One wrong plan, and there is nothing to start tasks from.",
        "prod",
        put(_REPOSITORY, "force_delete", True),
    ),
    Mutant(
        "another-registry-is-cached",
        "the pull-through cache takes images from another registry",
        "What comes from there is built into every image.",
        "prod",
        put("pull-through-cache-ecr-public/rule", "upstream_registry_url", "quay.io"),
        "Every registry that ECR can cache is one that somebody trusts, and which of them is a setting.",
    ),
)
