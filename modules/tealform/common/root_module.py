"""The base of every generated Terraform root module: readable names, required versions, one account."""

from __future__ import annotations

from collections.abc import Mapping

from tealform.aws import AwsProvider, AwsProviderDefaultTags, Node, TerraformElement, TerraformStack

REQUIRED_TERRAFORM = ">= 1.11"
"""1.11 made the S3 backend's own lock file generally available."""


class RootModule(TerraformStack):
    """A stack that becomes one Terraform root module."""

    def _allocate_logical_id(self, tf_element: TerraformElement | Node) -> str:
        """Name an element by its construct path, without a hash: ``service-web_target-groups_blue``.

        Ids never contain an underscore, so two paths never give the same name. An element with the id of
        its parent (``key/key``) gets the parent's name.
        """
        node = tf_element if isinstance(tf_element, Node) else tf_element.node
        *above, last = node.path.split("/")[1:]
        return "_".join(above if above[-1:] == [last] else [*above, last])

    def configure(self, region: str, account: str, tags: Mapping[str, str], state: Mapping[str, object]) -> None:
        """Configure the provider for one region and account, the default tags, and the blocks that locate the state."""
        AwsProvider(
            self,
            "aws",
            region=region,
            allowed_account_ids=[account],
            default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
        )
        self.add_override("terraform.required_version", REQUIRED_TERRAFORM)
        self.add_override("terraform.required_providers.aws.source", "hashicorp/aws")
        for block, content in state.items():
            self.add_override(f"terraform.{block}", content)
