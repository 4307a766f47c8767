"""What holds data, what the environment depends on, and what protects either from deletion."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, prior_state
from tealform.plan.changes import Blocker, Change

# The first are those that AWS's own linter wants a deletion policy for, and newer services of the same kind:
# https://github.com/aws-cloudformation/cfn-lint/blob/main/src/cfnlint/data/AdditionalSpecs/StatefulResources.json
_DATA = {
    "the data in it is lost": """
        aws_bedrockagent_knowledge_base aws_cloudformation_stack aws_cloudfront_key_value_store aws_cloudhsm_v2_cluster
        aws_cloudsearch_domain aws_cloudtrail_event_data_store aws_customerprofiles_domain aws_datazone_domain
        aws_dax_cluster aws_db_instance aws_directory_service_directory aws_docdb_cluster aws_docdb_cluster_instance
        aws_docdb_global_cluster aws_docdbelastic_cluster aws_dsql_cluster aws_dynamodb_global_table aws_dynamodb_table
        aws_dynamodb_table_replica aws_eks_cluster aws_elasticache_cluster aws_elasticache_global_replication_group
        aws_elasticache_replication_group aws_elasticache_serverless_cache aws_elasticsearch_domain aws_emr_cluster
        aws_finspace_kx_database aws_grafana_workspace aws_kendra_index aws_keyspaces_keyspace aws_keyspaces_table
        aws_lightsail_database aws_location_geofence_collection aws_memorydb_cluster aws_memorydb_multi_region_cluster
        aws_neptune_cluster aws_neptune_cluster_instance aws_neptune_global_cluster aws_neptunegraph_graph
        aws_opensearch_domain aws_opensearchserverless_collection aws_prometheus_workspace aws_qldb_ledger
        aws_rds_cluster aws_rds_cluster_instance aws_rds_global_cluster aws_rds_shard_group aws_redshift_cluster
        aws_redshiftserverless_namespace aws_rekognition_collection aws_s3tables_namespace aws_s3tables_table
        aws_s3tables_table_bucket aws_s3vectors_index aws_s3vectors_vector_bucket aws_timestreaminfluxdb_db_cluster
        aws_timestreaminfluxdb_db_instance aws_timestreamwrite_database aws_timestreamwrite_table
        aws_verifiedpermissions_policy_store
    """,
    "the files in it are lost": """
        aws_ebs_volume aws_efs_file_system aws_finspace_kx_volume aws_fsx_file_cache aws_fsx_lustre_file_system
        aws_fsx_ontap_file_system aws_fsx_ontap_storage_virtual_machine aws_fsx_ontap_volume aws_fsx_openzfs_file_system
        aws_fsx_openzfs_volume aws_fsx_windows_file_system aws_glacier_vault aws_instance aws_lightsail_bucket
        aws_lightsail_disk aws_lightsail_instance aws_s3_directory_bucket aws_s3control_bucket aws_sagemaker_domain
        aws_sagemaker_notebook_instance aws_spot_instance_request aws_storagegateway_gateway aws_workspaces_workspace
    """,
    "the file is lost, unless its bucket keeps versions": "aws_s3_bucket_object aws_s3_object aws_s3_object_copy",
    "the copies in it, or it as a copy, are lost, and with them the way back": """
        aws_ami aws_ami_copy aws_ami_from_instance aws_backup_logically_air_gapped_vault aws_backup_vault
        aws_db_cluster_snapshot aws_db_snapshot aws_db_snapshot_copy aws_docdb_cluster_snapshot aws_ebs_snapshot
        aws_ebs_snapshot_copy aws_ebs_snapshot_import aws_fsx_backup aws_fsx_openzfs_snapshot aws_memorydb_snapshot
        aws_neptune_cluster_snapshot aws_rds_cluster_snapshot_copy aws_redshift_cluster_snapshot
        aws_redshiftserverless_snapshot
    """,
    "the messages in it that nobody has read are lost": """
        aws_kinesis_stream aws_kinesis_video_stream aws_mq_broker aws_msk_cluster aws_msk_serverless_cluster
        aws_sqs_queue
    """,
    "the users in it are lost, with their passwords": "aws_cognito_identity_pool aws_cognito_user_pool",
    "what is kept in it is lost": "aws_secretsmanager_secret",
    "the packages in it are lost": "aws_codeartifact_domain aws_codeartifact_repository",
    "the commits in it are lost": "aws_codecatalyst_source_repository",
    "the images in it are lost": "aws_ecrpublic_repository",
    "the logs in it are lost": "aws_cloudwatch_log_group",
    "what it certified is trusted no more": "aws_acmpca_certificate_authority",
    "a new zone has other name servers, and until they are known no name in it is found": "aws_route53_zone",
    "the account and all in it is closed, or left alone": "aws_organizations_account",
    # What Tealform generates, and its relatives.
    "all commits in it are lost": "aws_codecommit_repository",
    "all images in it are lost, among them those of running tasks and those to roll back to": "aws_ecr_repository",
    "all objects in it are lost, in every version": "aws_s3_bucket",
    # https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    (
        "what is encrypted with it can no longer be read, and never again once its waiting period is over: images, "
        "artifacts, logs, state"
    ): "aws_kms_external_key aws_kms_key",
    # https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-delete.html
    "what is encrypted with it cannot be read in its region until its primary key is replicated there anew": (
        "aws_kms_replica_external_key aws_kms_replica_key"
    ),
}
_HOLDS_DATA = {type_: loss for loss, types in _DATA.items() for type_ in types.split()}
"""What is lost with a resource that holds data, in use or not."""

_CONNECTION = (
    "a new one connects nothing until somebody confirms it in the console, and until then no push starts a release"
)
_LOGIN = "nobody who logs in through it gets in"
_IN_USE = {
    # https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html
    "aws_codeconnections_connection": _CONNECTION,
    "aws_codestarconnections_connection": _CONNECTION,
    "aws_ecs_cluster": "every service in it stops",
    # What is ignored in a change is not ignored in a creation.
    "aws_ecs_service": "all its tasks stop, and a new one starts with the image that Terraform knows, not with the one released last",
    "aws_egress_only_internet_gateway": "tasks behind it reach nothing outside by IPv6 until there is another way",
    "aws_eip": "its address is lost for good, and is on the allow lists of others",
    "aws_elb": "nobody reaches what is behind it until its new name is known everywhere",
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
    "aws_iam_openid_connect_provider": f"{_LOGIN}: no run of HCP Terraform, no workflow of GitHub",
    "aws_iam_saml_provider": _LOGIN,
    "aws_internet_gateway": "nothing gets into its VPC or out of it",
    "aws_lb": "nobody reaches the services behind it until its new name is known everywhere",
    "aws_lb_listener": "nobody gets in through its port, and a new one does not know where releases have sent the traffic",
    "aws_nat_gateway": "tasks behind it reach nothing outside until there is another way",
    # https://docs.aws.amazon.com/sns/latest/dg/SendMessageToEmail.html
    "aws_sns_topic": "its subscriptions are lost, and whoever reads it by e-mail hears nothing until he has confirmed a new one",
    "aws_subnet": "tasks, load balancers and databases in it have to go first",
    "aws_vpc": "everything in it has to go first: tasks, load balancers, databases",
}
"""What stops when a resource that holds nothing is destroyed or replaced."""

LOST = {**_HOLDS_DATA, **_IN_USE}
"""What is lost with a resource, by type."""

# What other providers call resources that hold data. A list of all their types would soon be out of date.
_SOUNDS_LIKE_DATA = re.compile(
    r"_(backup|buckets?|databases?|dataset|db|disk|filesystem|keyspace|pvc|queue|repository|schema|snapshot|sql|table|"
    r"topic|vault|volume|zone)(_|$)"
)
# What belongs to such a resource and holds nothing itself.
_HOLDS_NOTHING = re.compile(
    r"_(access|acl|alias|association|attachment|binding|configuration|grants?|iam_\w+|member|permissions?|policy|privileges?|"
    r"route_table|rule|setting|settings|user)$"
)

_ON = (True, "ACTIVE")
# The names that load balancers, DynamoDB, Neptune Analytics, and databases and Cognito use.
_SWITCHES = ("enable_deletion_protection", "deletion_protection_enabled", "deletion_protection")
_KEYS = {
    "aws_kms_external_key": "enabled",
    "aws_kms_key": "is_enabled",
    "aws_kms_replica_external_key": "enabled",
    "aws_kms_replica_key": "enabled",
}


def find_blockers(plan: Mapping[str, Any]) -> Iterator[Blocker]:
    """Block the loss of data, the end of what the environment depends on, and the end of what protects them.

    ``force_destroy`` and ``force_delete`` are not blocked: they delete nothing by themselves, and a destroy is.
    """
    changed = changes.from_plan(plan)
    gone = {each.before.get("bucket") for each in changed if each.type == "aws_s3_bucket" and each.action == "destroy"}
    for change in changed:
        reasons = [*_losses(change), *_switched_off(change)]
        if change.type == "aws_s3_bucket_versioning" and change.before.get("bucket") not in gone:
            reasons += _without_versions(change)
        yield from (Blocker(change.address, reason) for reason in reasons)


def is_protected(values: Mapping[str, Any]) -> bool:
    """Whether AWS refuses to delete a resource with these values."""
    return any(values.get(switch) in _ON for switch in _SWITCHES)


def _losses(change: Change) -> Iterator[str]:
    """Of what an interrupted replacement left, only what holds data counts: nothing uses it any more."""
    loss = (_HOLDS_DATA if change.deposed else LOST).get(change.type)
    if not change.type.startswith("aws_") and _SOUNDS_LIKE_DATA.search(change.type):
        loss = None if _HOLDS_NOTHING.search(change.type) else "its name sounds as if it held data, which would be lost"
    if change.ends and loss:
        left_over = "it is left of a replacement that was broken off, and may still hold something: "
        yield f"{left_over if change.deposed else ''}{loss}"


def _switched_off(change: Change) -> Iterator[str]:
    if change.action != "update":
        return
    for switch in _SWITCHES:
        if change.before.get(switch) in _ON and change.after.get(switch) not in _ON and switch in change.attributes:
            yield "it is protected from deletion, and would be no more"
    enabled = _KEYS.get(change.type, "")
    if change.before.get(enabled) and change.after.get(enabled) is False:
        yield "nothing that is encrypted with it can be read while it is disabled"


def _without_versions(change: Change) -> Iterator[str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html"""
    if _keeps_versions(change.before) and not (change.action == "forget" or _keeps_versions(change.after)):
        yield "what is overwritten or deleted in the bucket afterwards cannot be brought back"


def _keeps_versions(values: Mapping[str, Any]) -> bool:
    return any(block.get("status") == "Enabled" for block in prior_state.blocks(values, "versioning_configuration"))
