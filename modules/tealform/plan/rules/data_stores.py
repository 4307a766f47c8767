"""What holds data and is no part of what the generator makes: what users have put beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tealform.plan import changes, labels
from tealform.plan.blocker import Objection

# The first are those that AWS's own linter wants a deletion policy for, and their younger relatives:
# https://github.com/aws-cloudformation/cfn-lint/blob/main/src/cfnlint/data/AdditionalSpecs/StatefulResources.json
_TYPES = {
    "the data in it is lost": (
        "aws_bedrockagent_knowledge_base",
        "aws_cloudformation_stack",
        "aws_cloudfront_key_value_store",
        "aws_cloudhsm_v2_cluster",
        "aws_cloudsearch_domain",
        "aws_cloudtrail_event_data_store",
        "aws_customerprofiles_domain",
        "aws_datazone_domain",
        "aws_dax_cluster",
        "aws_db_instance",
        "aws_directory_service_directory",
        "aws_docdb_cluster",
        "aws_docdb_cluster_instance",
        "aws_docdb_global_cluster",
        "aws_docdbelastic_cluster",
        "aws_dsql_cluster",
        "aws_dynamodb_global_table",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_eks_cluster",
        "aws_elasticache_cluster",
        "aws_elasticache_global_replication_group",
        "aws_elasticache_replication_group",
        "aws_elasticache_serverless_cache",
        "aws_elasticsearch_domain",
        "aws_emr_cluster",
        "aws_finspace_kx_database",
        "aws_grafana_workspace",
        "aws_kendra_index",
        "aws_keyspaces_keyspace",
        "aws_keyspaces_table",
        "aws_lightsail_database",
        "aws_location_geofence_collection",
        "aws_memorydb_cluster",
        "aws_memorydb_multi_region_cluster",
        "aws_neptune_cluster",
        "aws_neptune_cluster_instance",
        "aws_neptune_global_cluster",
        "aws_neptunegraph_graph",
        "aws_opensearch_domain",
        "aws_opensearchserverless_collection",
        "aws_prometheus_workspace",
        "aws_qldb_ledger",
        "aws_rds_cluster",
        "aws_rds_cluster_instance",
        "aws_rds_global_cluster",
        "aws_rds_shard_group",
        "aws_redshift_cluster",
        "aws_redshiftserverless_namespace",
        "aws_rekognition_collection",
        "aws_s3tables_namespace",
        "aws_s3tables_table",
        "aws_s3tables_table_bucket",
        "aws_s3vectors_index",
        "aws_s3vectors_vector_bucket",
        "aws_timestreaminfluxdb_db_cluster",
        "aws_timestreaminfluxdb_db_instance",
        "aws_timestreamwrite_database",
        "aws_timestreamwrite_table",
        "aws_verifiedpermissions_policy_store",
    ),
    "the files in it are lost": (
        "aws_ebs_volume",
        "aws_efs_file_system",
        "aws_finspace_kx_volume",
        "aws_fsx_file_cache",
        "aws_fsx_lustre_file_system",
        "aws_fsx_ontap_file_system",
        "aws_fsx_ontap_storage_virtual_machine",
        "aws_fsx_ontap_volume",
        "aws_fsx_openzfs_file_system",
        "aws_fsx_openzfs_volume",
        "aws_fsx_windows_file_system",
        "aws_glacier_vault",
        "aws_instance",
        "aws_lightsail_bucket",
        "aws_lightsail_disk",
        "aws_lightsail_instance",
        "aws_s3_directory_bucket",
        "aws_s3control_bucket",
        "aws_sagemaker_domain",
        "aws_sagemaker_notebook_instance",
        "aws_spot_instance_request",
        "aws_storagegateway_gateway",
        "aws_workspaces_workspace",
    ),
    "the file is lost, unless its bucket keeps versions": (
        "aws_s3_bucket_object",
        "aws_s3_object",
        "aws_s3_object_copy",
    ),
    "the copies in it, or it as a copy, are lost, and with them the way back": (
        "aws_ami",
        "aws_ami_copy",
        "aws_ami_from_instance",
        "aws_backup_logically_air_gapped_vault",
        "aws_backup_vault",
        "aws_db_cluster_snapshot",
        "aws_db_snapshot",
        "aws_db_snapshot_copy",
        "aws_docdb_cluster_snapshot",
        "aws_ebs_snapshot",
        "aws_ebs_snapshot_copy",
        "aws_ebs_snapshot_import",
        "aws_fsx_backup",
        "aws_fsx_openzfs_snapshot",
        "aws_memorydb_snapshot",
        "aws_neptune_cluster_snapshot",
        "aws_rds_cluster_snapshot_copy",
        "aws_redshift_cluster_snapshot",
        "aws_redshiftserverless_snapshot",
    ),
    "the messages in it that nobody has read are lost": (
        "aws_kinesis_stream",
        "aws_kinesis_video_stream",
        "aws_mq_broker",
        "aws_msk_cluster",
        "aws_msk_serverless_cluster",
        "aws_sqs_queue",
    ),
    "the users in it are lost, with their passwords": ("aws_cognito_identity_pool", "aws_cognito_user_pool"),
    "what is kept in it is lost": ("aws_secretsmanager_secret",),
    "the packages in it are lost": ("aws_codeartifact_domain", "aws_codeartifact_repository"),
    "the commits in it are lost": ("aws_codecatalyst_source_repository",),
    "the images in it are lost": ("aws_ecrpublic_repository",),
    "the logs in it are lost": ("aws_cloudwatch_log_group",),
    "what it certified is trusted no more": ("aws_acmpca_certificate_authority",),
    "a new zone has other name servers, and until they are known no name in it is found": ("aws_route53_zone",),
    "the account and all in it is closed, or left alone": ("aws_organizations_account",),
}

LOST = {kind: loss for loss, kinds in _TYPES.items() for kind in kinds}
"""By type: what is lost with it."""

# What other providers call things that hold data. A list of all their types would be old when it is written.
_WORDS = {
    *(
        "backup",
        "bucket",
        "buckets",
        "database",
        "databases",
        "dataset",
        "db",
        "disk",
        "filesystem",
        "keyspace",
        "schema",
    ),
    *("snapshot", "sql", "table", "vault", "volume", "pvc", "topic", "queue", "repository", "zone"),
}
# What belongs to such a thing and holds nothing itself.
_HOLDS_NOTHING = re.compile(
    r"_(access|acl|alias|association|attachment|binding|configuration|grants?|iam_\w+|member|permissions?|policy|privileges?|"
    r"route_table|rule|setting|settings|user)$"
)
_OTHERS = "its name sounds as if it held data, which would be lost"


def objections(plan: Mapping[str, Any]) -> Iterator[Objection]:
    """Objects to the end of what holds data; of other providers', to what is called like it."""
    for change in changes.of(plan):
        if change.ends and (lost := _lost(change.type)):
            yield Objection(change.address, labels.left_over(lost) if change.deposed else lost)


def _lost(kind: str) -> str | None:
    if kind.startswith("aws_"):
        return LOST.get(kind)
    called = set(kind.split("_")[1:])
    return _OTHERS if called & _WORDS and not _HOLDS_NOTHING.search(kind) else None
