"""Texts in a form that checkov looks at all of, with two made-up secrets at the end that prove that it did.

checkov 3.3.30 passes over files for their name (``package-lock.json``), suffix (``.lock``), folder and size (5 MB), over
YAML that it cannot parse, over lines of more than 10,000 characters, and over those with ``pragma: allowlist secret``;
of none of it does it say a word. So a copy has a name of our own, long lines are folded and pragmas undone.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass

from tealform.policy.scanned_files import Text

PROVEN = ("CKV_SECRET_2", "CKV_SECRET_6")
"""AWS access keys and random texts: the checks that the two made-up secrets are for."""

_PIECE, _OVERLAP = 8000, 500
"""In characters: of a long line, and what a piece of it has of the one before."""

_SILENCED = re.compile(r"pragma(?=:)|^git_commit")
"""What makes detect-secrets and checkov leave out a line."""

_INTEGRITY = re.compile(r"\b(?:sha(?:1|256|384|512)-[A-Za-z0-9+/]+={0,2}|h1:[A-Za-z0-9+/]{43}=)")
"""Digests of packages, which package-lock.json, go.sum and Terraform's lock file have by the hundred."""

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Copy:
    """What checkov gets of a text.

    ``lines`` has for each line of it the one of the text. ``planted`` are the digests of what was made up.
    """

    content: str
    lines: tuple[int, ...]
    planted: frozenset[str]


def copy(text: Text) -> Copy:
    """A copy of the text, with secrets that nobody else has."""
    folded = list(_folded(text.content))
    made_up = _access_key(), _random()
    content = "\n".join([*(line for _, line in folded), made_up[0], f'made_up = "{made_up[1]}"', ""])
    last = folded[-1][0]
    return Copy(content, (*(number for number, _ in folded), last, last), frozenset(map(digest, made_up)))


def digest(secret: str) -> str:
    """What checkov says instead of a secret."""
    return hashlib.sha1(secret.encode(), usedforsecurity=False).hexdigest()


def _folded(content: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_LINE_END.split(content), start=1):
        shown = _SILENCED.sub(lambda match: match[0].upper(), _INTEGRITY.sub("", line))
        yield number, shown[:_PIECE]
        for start in range(_PIECE - _OVERLAP, len(shown) - _OVERLAP, _PIECE - _OVERLAP):
            yield number, shown[start : start + _PIECE]


def _access_key() -> str:
    return "AKIA" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(16))


def _random() -> str:
    # No character twice: of chosen ones some would be too regular to be found.
    return "".join(secrets.SystemRandom().sample(string.ascii_letters + string.digits, 48))
