"""Whether two patterns can mean the same ARN."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

_VARIABLE = re.compile(r"\$\{[^}]+\}")

# What a wildcard cannot stand for, by how it is written here: anything, what holds no colon, what holds no separator at all.
_WILD = {"any": "", "no colon": ":", "no separator": "/:"}

# What a variable of a template stands for, by what follows it: a log group's name holds slashes, and what comes last anything.
_BEFORE = {"": "any", ":": "no colon"}


@functools.cache
def fits(resource: str, template: str) -> bool:
    """Whether a policy's ``resource`` can be an ARN of the form ``template``: ``arn:${Partition}:s3:::${BucketName}``.

    Only what comes last may hold separators, and not if it is all that there is: a bucket is no object.
    """
    return _meet(_of_policy(resource), _of_template(template))


def _of_policy(resource: str) -> tuple[str, ...]:
    return tuple("any" if character in "*?" else character for character in resource)


def _of_template(template: str) -> tuple[str, ...]:
    *_, name = template.split(":", 5)
    tokens: list[str] = []
    end = 0
    for match in _VARIABLE.finditer(template):
        tokens += template[end : match.start()]
        end = match.end()
        alone = match.group() == name
        tokens.append("no separator" if alone else _BEFORE.get(template[end : end + 1], "no separator"))
    return (*tokens, *template[end:])


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    @functools.cache
    def meet(i: int, j: int) -> bool:
        if i == len(one) and j == len(other):
            return True
        if i < len(one) and one[i] in _WILD:
            return meet(i + 1, j) or (j < len(other) and _takes(one[i], other[j]) and meet(i, j + 1))
        if j < len(other) and other[j] in _WILD:
            return meet(i, j + 1) or (i < len(one) and _takes(other[j], one[i]) and meet(i + 1, j))
        return i < len(one) and j < len(other) and one[i] == other[j] and meet(i + 1, j + 1)

    return meet(0, 0)


def _takes(wild: str, token: str) -> bool:
    return token not in _WILD[wild]
