"""What a field's annotation holds, for those who walk the model: messages and the reference."""

from __future__ import annotations

import types
import typing
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel


def bare(annotation: Any) -> Any:
    """The annotation without ``Annotated``."""
    return get_args(annotation)[0] if get_origin(annotation) is typing.Annotated else annotation


def members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union; none of anything else."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else ()


def as_block(annotation: Any) -> type[BaseModel] | None:
    """The block that the annotation is, if it is one."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
