"""The names and ARNs of an environment's resources in AWS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """Project, environment, region and account, from which every name and ARN is made."""

    project: str
    environment: str
    region: str
    account: str

    @property
    def prefix(self) -> str:
        """Return ``<project>-<environment>``, the prefix of every name in AWS."""
        return f"{self.project}-{self.environment}"

    @property
    def partition(self) -> str:
        """Return the partition of ARNs: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def dns_suffix(self) -> str:
        """Return the domain of AWS's own hosts."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def console(self) -> str:
        """Return the address of the region's console: https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/select-region.html"""
        hosts = {"aws": "aws.amazon.com", "aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
        return f"https://{self.region}.console.{hosts[self.partition]}"

    def name(self, *parts: str) -> str:
        """Return the prefix and ``parts``, joined by hyphens."""
        return "-".join((self.prefix, *parts))

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of ``resource`` in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """Return the ARN of ``resource`` of a service without regions, like IAM."""
        return f"arn:{self.partition}:{service}::{self.account}:{resource}"

    def bucket(self, *parts: str) -> str:
        """Return the name of an S3 bucket. It ends with the account, because bucket names are unique in all of AWS."""
        return f"{self.name(*parts)}-{self.account}"

    def log_group(self, *parts: str) -> str:
        """Return the name of a CloudWatch log group."""
        return "/".join(("", self.project, self.environment, *parts))
