"""The patterns in which triggers name branches, tags and paths.

https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html
"""

from __future__ import annotations

import re

# The longest first: two stars cross the boundaries of folders.
_TOKENS = re.compile(
    r"\\(?P<escaped>.)|(?P<all>\*\*)|(?P<some>\*)|(?P<one>\?)|\[(?P<set>[^\]]+)\]|\{(?P<group>[^}]*)\}"
)


def matches_glob(text: str, pattern: str) -> bool:
    """Whether ``pattern`` is that of the whole ``text``."""
    return re.fullmatch(_expression(pattern), text, re.DOTALL) is not None


def _expression(pattern: str) -> str:
    parts, end = [], 0
    for found in _TOKENS.finditer(pattern):
        parts += [re.escape(pattern[end : found.start()]), _token(found)]
        end = found.end()
    return "".join([*parts, re.escape(pattern[end:])])


def _token(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "all":
            return ".*"
        case "some":
            return "[^/]*"
        case "one":
            return "[^/]"
        case "set":
            negated = found["set"][0] in "!^"
            inside = re.sub(r"([\\\[&~|])", r"\\\1", found["set"][negated:])
            return f"[{'^' if negated else ''}{inside}]"
        case "group":
            return f"(?:{'|'.join(_expression(each) for each in found['group'].split(','))})"
    return re.escape(found["escaped"])
