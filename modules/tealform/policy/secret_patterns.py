"""Secrets that checkov does not see: by the name of what they are the value of, and by the look of newer tokens.

checkov 3.3.30 without an account has detect-secrets' older plugins. It misses a password of letters and digits whatever
its name, all but one of several on a line (the way variables stand in environment.hcl), and tokens of GitHub, GitLab,
Google and SendGrid where no quotes are around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tealform.policy import plaintext_variables
from tealform.policy.rule import Rule
from tealform.policy.scanned_files import Text

RULE = Rule(
    "TEAL_TEXT_SECRET",
    "critical",
    "No text holds a secret",
    "Whoever may read the repository, now or at any time later, has it, and so has every copy and every build.",
    "Revoke it first: it stays in git's history. Keep the new one in Secrets Manager and name its ARN in `secrets`.",
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
)

# Bounds, because without them a long line takes the square of its length.
_NAME = r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{0,99})"
_QUOTED = re.compile(
    rf"""{_NAME}(["']?)[ \t]*[:=][ \t]*(?P<quote>["'])(?P<value>(?:(?!(?P=quote))[^\\\n]|\\.){{1,2000}})(?P=quote)"""
)
_BARE = re.compile(r"""\b(?P<name>[A-Z][A-Z0-9_]{0,99})=(?P<value>[^\s"'$<`{(%]\S{0,1999})""")
_YAML = re.compile(
    r"""^[ \t-]*(?P<name>[A-Za-z_][\w-]*):[ \t]+(?P<value>[^\s"'$<`{(%&*|>\[#]\S*)[ \t]*(?:#.*)?$""", re.M
)
_JSON = re.compile(
    r""""name"\s*:\s*"(?P<name>[^"\n]{1,100})"\s*,\s*"value"\s*:\s*"(?P<value>(?:[^"\\\n]|\\.){1,2000})\""""
)
_TOKEN = re.compile(r"[\w.:/@+-]{16,2000}")

_REFERENCES = re.compile(r"^( *)(?:secrets-manager|parameter-store):[^\n]*\n(?:\1[ \t]+[^\n]*\n|[ \t]*\n)*", re.M)
"""The parts of a buildspec whose values are names of secrets."""

_HAS_NO_SECRET = re.compile(r"\s|\$[A-Za-z_{(]")
"""Sentences, and what a shell or a build puts in."""

_LEFT_TO_CHECKOV = {"looks like a random key"}
"""It asks for more, and so takes no name of a TLS policy for a key."""

_CODE = {
    ".py",
    ".js",
    ".mjs",
    ".cjs",
    ".ts",
    ".tsx",
    ".jsx",
    ".go",
    ".java",
    ".kt",
    ".rb",
    ".rs",
    ".php",
    ".cs",
    ".html",
}
"""Where a name and a text in quotes are seldom a variable and its value."""

_YAML_SUFFIXES = {".yml", ".yaml"}


@dataclass(frozen=True)
class Written:
    """A secret and the line it stands on; ``reason`` says what gives it away, without quoting it."""

    line: int
    reason: str
    value: str


def find(text: Text) -> list[Written]:
    """The secrets in a text, in its order, each value once for each line."""
    content = _REFERENCES.sub(lambda match: "\n" * match[0].count("\n"), text.content + "\n")
    found = {(each.line, each.value): each for each in (*_tokens(content), *_named(text, content))}
    return sorted(found.values(), key=lambda each: (each.line, each.value))


def _named(text: Text, content: str) -> Iterator[Written]:
    for match in (match for shape in _shapes(text) for match in shape.finditer(content)):
        name, value = match["name"], match["value"]
        reasons = [each for each in plaintext_variables.reasons(name, value) if each not in _LEFT_TO_CHECKOV]
        if reasons and not _HAS_NO_SECRET.search(value):
            yield Written(_line(content, match.start("value")), f"{name} {reasons[0]}", value)


def _shapes(text: Text) -> Iterator[re.Pattern[str]]:
    suffix = text.file.suffix.lower()
    if suffix in _CODE:
        return
    yield from (_QUOTED, _BARE, _JSON)
    if suffix in _YAML_SUFFIXES:
        yield _YAML


def _tokens(content: str) -> Iterator[Written]:
    for match in _TOKEN.finditer(content):
        # With the blank it is not taken for a random key, as lines of certificates and digests would be.
        for reason in plaintext_variables.reasons("", f"{match[0]} "):
            yield Written(_line(content, match.start()), reason, match[0])


def _line(content: str, position: int) -> int:
    return content.count("\n", 0, position) + 1
