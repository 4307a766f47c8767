"""A stand-in for the provider hashicorp/aws: real Terraform runs without AWS and without network.

Green means that Terraform accepts a configuration, not that AWS does. ``serving`` is the way in.
"""

from tealform_harness.provider_stub.server import Served, serving

__all__ = ["Served", "serving"]
