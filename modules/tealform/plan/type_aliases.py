"""Types of resources that the provider knows under two names."""

from __future__ import annotations

import re

_ALB = re.compile(r"aws_alb(?=_|$)")


def of(type_: str) -> str:
    """The one name by which rules know a type: ``aws_lb_listener`` for ``aws_alb_listener`` too, any other as it is.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb: «aws_alb is known as aws_lb».
    """
    return _ALB.sub("aws_lb", type_)
