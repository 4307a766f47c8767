"""Blocks that come in kinds: the label says which, as in ``state "s3" { … }``."""

from __future__ import annotations

from pydantic import BeforeValidator


def chosen_by_label(default: str | None = None) -> BeforeValidator:
    """Turns ``{"s3": {…}}`` into ``{"kind": "s3", …}``, which a discriminated union can read.

    ``default`` is the kind of a block without a label. Raises ``ValueError`` when the block has no label
    and needs one, is there more than once with different labels, or gives its kind in another way.
    """

    def choose(value: object) -> object:
        if not isinstance(value, dict):
            return value
        labels = [name for name, inner in value.items() if isinstance(inner, dict)]
        if len(labels) == 1 and len(value) == 1:
            return _of_kind(labels[0], value[labels[0]])
        if default is not None:
            return _of_kind(default, value)
        given = f"; {' and '.join(labels)} are given" if len(labels) > 1 else ""
        raise ValueError(f"must be given once, with one label that says its kind{given}")

    return BeforeValidator(choose)


def _of_kind(kind: str, block: dict[str, object]) -> dict[str, object]:
    if "kind" in block:
        raise ValueError('"kind" is no key; the label says the kind')
    return {**block, "kind": kind}
