"""The load balancer that all services of an environment share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tealform.settings.types import Block, CertificateArn, Cidr, Distinct, Port, WebAclArn, between, matching

SslPolicy = Annotated[str, matching(r"ELBSecurityPolicy-[A-Za-z0-9-]+", "a security policy of Elastic Load Balancing")]


class LoadBalancer(Block):
    """How the world reaches the services, and who may look at a release before it takes traffic."""

    type: Literal["application", "network"] = Field(
        default="application",
        description=(
            "`application` reads requests: hosts, paths, canary and linear releases. `network` hands connections on, for one "
            "service, whose health checks are HTTP all the same."
        ),
    )
    protocol: Literal["https", "http"] = Field(
        default="https",
        description=(
            "`https` needs a `certificate` and redirects port 80; `http` sends everything in clear text. On a network load "
            "balancer the listeners are TLS and TCP, and nothing is redirected."
        ),
    )
    certificate: CertificateArn | None = Field(
        default=None, description="The certificate, in the environment's region."
    )
    ssl_policy: SslPolicy = Field(
        default="ELBSecurityPolicy-TLS13-1-2-2021-06",
        description="The security policy of the HTTPS listeners; this one takes TLS 1.2 and 1.3.",
    )
    internal: bool = Field(default=False, description="Whether only the network reaches the load balancer.")
    ingress_cidrs: Distinct[Cidr] = Field(
        default=("0.0.0.0/0",),
        description="Who may use the production listener. An internal load balancer must say.",
    )
    test_listener: bool = Field(
        default=True,
        description=(
            "Whether there is a test listener. Without one, green gets production traffic before any health check or test "
            "has seen it."
        ),
    )
    test_port: Port = Field(
        default=8443, description="Port of the test listener, where green answers before it takes traffic."
    )
    test_cidrs: Distinct[Cidr] = Field(
        default=(),
        description="Who may use the test listener; nobody when left out (health checks work all the same).",
    )
    idle_timeout: Annotated[int, between(1, 4000, "seconds")] = Field(
        default=60, description="Seconds after which an idle connection is closed."
    )
    web_acl: WebAclArn | None = Field(
        default=None, description="A web ACL of AWS WAF, in the environment's region, that requests must pass."
    )

    @property
    def port(self) -> int:
        """Return the production listener's port."""
        return 443 if self.protocol == "https" else 80

    @property
    def redirects_http(self) -> bool:
        """Return whether port 80 redirects to the production listener."""
        return self.type == "application" and self.protocol == "https"
