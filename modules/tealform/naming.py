"""Who and where an environment is, and how its things in AWS are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """What every construct of an environment needs to name things and to write ARNs out."""

    project: str
    environment: str
    region: str
    account: str

    @property
    def prefix(self) -> str:
        """``<project>-<environment>``, with which every name in AWS begins."""
        return f"{self.project}-{self.environment}"

    @property
    def partition(self) -> str:
        """The partition of ARNs: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def dns_suffix(self) -> str:
        """The end of the names of AWS's own hosts."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def console(self) -> str:
        """The address of the region's console: https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/select-region.html"""
        host = {
            "aws": "console.aws.amazon.com",
            "aws-cn": "console.amazonaws.cn",
            "aws-us-gov": "console.amazonaws-us-gov.com",
        }
        return f"https://{self.region}.{host[self.partition]}"

    def name(self, *parts: str) -> str:
        """The name of something of this environment: the prefix and ``parts``, joined by hyphens."""
        return "-".join((self.prefix, *parts))

    def arn(self, service: str, resource: str) -> str:
        """The ARN of ``resource`` in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of ``resource`` of a service without regions, like IAM."""
        return f"arn:{self.partition}:{service}::{self.account}:{resource}"

    def bucket(self, *parts: str) -> str:
        """The name of an S3 bucket. It ends with the account: bucket names are unique in all of AWS."""
        return f"{self.name(*parts)}-{self.account}"

    def log_group(self, *parts: str) -> str:
        """The name of a CloudWatch log group."""
        return "/".join(("", self.project, self.environment, *parts))
