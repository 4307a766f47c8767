"""What every Terraform root module has that is generated: readable names, pinned versions, one account."""

from __future__ import annotations

from collections.abc import Mapping

from tealform.aws import AwsProvider, AwsProviderDefaultTags, Node, TerraformElement, TerraformStack

REQUIRED_TERRAFORM = ">= 1.11"
"""1.11 made the S3 backend's own lock file generally available."""


class RootModule(TerraformStack):
    """A stack that becomes a root module."""

    def _allocate_logical_id(self, tf_element: TerraformElement | Node) -> str:
        """Names everything by its construct's path instead of path and hash: ``service-web_target-groups_blue``.

        Ids never hold an underscore, so two paths never make one name. What is called like the construct
        that it is the heart of (``key/key``) is named once.
        """
        node = tf_element if isinstance(tf_element, Node) else tf_element.node
        *above, last = node.path.split("/")[1:]
        return "_".join(above if above[-1:] == [last] else [*above, last])

    def configure(self, region: str, account: str, tags: Mapping[str, str], state: Mapping[str, object]) -> None:
        """Says where everything is, with which tags, and what of the ``terraform`` block says where the state is."""
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
