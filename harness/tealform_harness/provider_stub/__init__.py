"""A stub of the provider hashicorp/aws: real Terraform runs without AWS and without network.

Green means that Terraform accepts a configuration, not that AWS does. Start with ``serve``.
"""

from tealform_harness.provider_stub.server import RunningStub, serve

__all__ = ["RunningStub", "serve"]
