"""The schema that is rebuilt from the bindings.

It was compared with ``terraform providers schema -json`` of provider 5.100.0, attribute by attribute and block by
block. Of the 54 types in environments/*/cdk.tf.json, 1,511 are identical; 143 came with provider 6, 49 are its new
``region``, 5 went with it, and 9 changed with it. Of all 2,113 types that both have, 36,445 are identical and 678
differ: 312 in counts of blocks and 213 in secrecy, which ``schema_overrides`` holds for the types of Tealform only, the
others mostly as provider 6 changed them. 98,112 exist in 5.100.0 alone: blocks of WAF and QuickSight nested so deeply
that CDKTF calls them `any`.
"""

from __future__ import annotations

import json

import pytest

from tealform_harness.provider_stub.schema import store
from tealform_harness.provider_stub.schema.model import Attribute, Block, NestedBlock
from tests.inventory import ROOT

_ENVIRONMENTS = ROOT.glob("environments/*/cdk.tf.json")


def _block(terraform_type: str, *steps: str) -> Block:
    block = store.load_schema([terraform_type], [])["resource_schemas"][terraform_type]["block"]
    for step in steps:
        block = block["block_types"][step]["block"]
    return block


def _attribute(terraform_type: str, *path: str) -> Attribute:
    *steps, name = path
    return _block(terraform_type, *steps)["attributes"][name]


def _nested(terraform_type: str, *path: str) -> NestedBlock:
    *steps, name = path
    return _block(terraform_type, *steps)["block_types"][name]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("aws_vpc", "cidr_block"), {"type": "string", "optional": True, "computed": True}),
        (("aws_vpc", "arn"), {"type": "string", "computed": True}),
        (("aws_ecr_repository", "name"), {"type": "string", "required": True}),
        (("aws_lb", "internal"), {"type": "bool", "optional": True, "computed": True}),
        (("aws_lb", "subnets"), {"type": ["set", "string"], "optional": True, "computed": True}),
        (("aws_codebuild_project", "vpc_config", "subnets"), {"type": ["set", "string"], "required": True}),
        (("aws_ecs_service", "desired_count"), {"type": "number", "optional": True}),
        (("aws_ecs_service", "triggers"), {"type": ["map", "string"], "optional": True, "computed": True}),
    ],
)
def test_an_attribute_is_as_in_the_provider(path: tuple[str, ...], expected: Attribute) -> None:
    assert _attribute(*path) == expected


@pytest.mark.parametrize(
    ("path", "mode", "least", "most"),
    [
        (("aws_ecs_service", "network_configuration"), "list", 0, 1),
        (("aws_ecs_service", "load_balancer"), "set", 0, 0),
        (("aws_ecs_service", "timeouts"), "single", 0, 0),
        (("aws_lb_listener", "default_action"), "list", 1, 0),
        (("aws_codepipeline", "artifact_store"), "set", 1, 0),
        (("aws_codepipeline", "stage"), "list", 2, 0),
        (("aws_lb_listener", "default_action", "forward", "target_group"), "set", 1, 5),
    ],
)
def test_a_block_is_as_in_the_provider(path: tuple[str, ...], mode: str, least: int, most: int) -> None:
    nested = _nested(*path)
    assert (nested["nesting_mode"], nested.get("min_items", 0), nested.get("max_items", 0)) == (mode, least, most)


def test_secrets_are_sensitive() -> None:
    client_secret = _attribute("aws_lb_listener", "default_action", "authenticate_oidc", "client_secret")
    assert client_secret["sensitive"] is True


def test_the_provider_has_its_arguments_and_not_cdktfs_alias() -> None:
    provider = store.load_schema([], [])["provider"]["block"]
    assert "alias" not in provider["attributes"]
    assert provider["attributes"]["allowed_account_ids"] == {"type": ["set", "string"], "optional": True}
    assert provider["block_types"]["default_tags"]["block"]["attributes"] == {
        "tags": {"type": ["map", "string"], "optional": True}
    }


def test_every_type_of_the_environments_is_known() -> None:
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in _ENVIRONMENTS]
    resources = {name for document in documents for name in document["resource"]}
    data = {name for document in documents for name in document["data"]}
    schema = store.load_schema(resources, data)
    assert resources == schema["resource_schemas"].keys()
    assert data == schema["data_source_schemas"].keys()
    assert len(resources) > 40


def test_a_type_that_the_provider_does_not_have_is_unknown() -> None:
    schema = store.load_schema(["aws_vpc", "aws_virtual_private_cloud"], ["aws_policy"])
    assert list(schema["resource_schemas"]) == ["aws_vpc"]
    assert not schema["data_source_schemas"]


def test_a_type_in_several_files_and_one_whose_name_python_spells_otherwise_are_found() -> None:
    schema = store.load_schema(["aws_lexv2models_slot", "aws_s3control_bucket"], [])["resource_schemas"]
    assert "value_elicitation_setting" in schema["aws_lexv2models_slot"]["block"]["block_types"]
    assert "bucket" in schema["aws_s3control_bucket"]["block"]["attributes"]


def test_blocks_that_cdktf_gave_up_on_are_a_list_of_anything() -> None:
    rule = _nested("aws_wafv2_web_acl", "rule")
    assert (rule["nesting_mode"], rule["block"]["attributes"]["statement"]["type"]) == ("list", "dynamic")


def test_what_has_been_made_once_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = store.load_schema(["aws_vpc"], ["aws_iam_policy_document"])
    monkeypatch.setattr(store, "read_typescript", lambda _: pytest.fail("the bindings are read again"))
    assert store.load_schema(["aws_vpc"], ["aws_iam_policy_document"]) == made
