"""Finds secrets by the names of what they are the value of, and by the look of tokens.

A secret in a variable is in plain text for everyone who can read a plan, a state, a task definition or a build log.

In texts this finds what checkov does not. checkov 3.3.30 without an account has detect-secrets' older plugins. It misses a
password of letters and digits whatever its name, all but one of several on a line (the way variables are written in
environment.hcl), and tokens of GitHub, GitLab, Google and SendGrid that are not in quotes.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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

_SECRET_WORDS = {
    "PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "PWD", "SECRET", "SECRETS", "TOKEN", "CREDENTIAL", "CREDENTIALS",
    "APIKEY", "PRIVATEKEY", "DBPASS",
}  # fmt: skip
_SECRET_KEYS = {
    "API", "ACCESS", "SECRET", "PRIVATE", "ENCRYPTION", "SIGNING", "MASTER", "AUTH", "ACCOUNT", "SESSION", "LICENSE",
    "HMAC", "APP", "APPLICATION",
}  # fmt: skip
"""Words that make a secret of a following KEY."""

_SECRET_AT_THE_END = {"PASS", "PW"}
"""What means a password in DB_PASS, and something else before another word: PASS_THROUGH."""

_ABOUT_A_SECRET = {
    "URL", "URI", "ENDPOINT", "HOST", "FILE", "PATH", "DIR", "ARN", "NAME", "ID", "HEADER", "TYPE", "ALGORITHM",
    "ISSUER", "AUDIENCE", "ENABLED", "REQUIRED", "TTL", "EXPIRY", "EXPIRATION", "EXPIRES", "LIFETIME", "AGE", "TIMEOUT",
    "SECONDS", "MINUTES", "HOURS", "DAYS", "LENGTH", "SIZE", "LIMIT", "COUNT", "MIN", "MAX", "PREFIX", "POLICY",
    "ROTATION", "VERSION", "REGION",
}  # fmt: skip
"""Last words of a name that say something of a secret, and not the secret."""

_PUBLIC_WORDS = {"PUBLIC", "PUBLISHABLE"}
_DIGEST_WORDS = {"SHA", "SHA1", "SHA256", "COMMIT", "REVISION", "DIGEST", "HASH", "CHECKSUM", "VERSION", "ETAG", "ID"}
_PLACES = ("DIR", "FILE", "PATH")
_NO_SECRET = {"", "true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled"}

_SHAPES = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a JSON web token": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*",
    "a GitHub token": r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,})",
    "a GitLab token": r"\bglpat-[\w-]{20,}",
    "a Slack token": r"\bxox[abeoprs]-[\w-]{10,}",
    "a Slack webhook": r"hooks\.slack\.com/(?:services|workflows)/\w+",
    "a Stripe key": r"\b[sr]k_(?:live|test)_\w{10,}",
    "a Google API key": r"\bAIza[\w-]{35}",
    "a SendGrid key": r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    "an npm token": r"\bnpm_\w{30,}",
    "a Docker Hub token": r"\bdckr_pat_[\w-]{20,}",
    "a PyPI token": r"\bpypi-AgEI[\w-]{20,}",
    "an API key": r"\bsk-[\w-]{20,}",
    "a URL with a password in it": r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@",
    "a text with a password in it": (
        r"(?i)\b(?:password|passwd|pwd|secret|client_secret|api_?key|accountkey|sharedaccesskey|access_token)"
        r"=(?!true\b|false\b)[^\s;&]{4,}"
    ),
    "a value that Terraform keeps secret": (
        r"\$\{[^}]*\b(?:random_password\.|\w*_?password\}|secret_string|secret_binary|secret\}|private_key|auth_token|"
        r"aws_ssm_parameter\.[^}]*\.value\})"
    ),
}
"""What secrets look like, wherever they stand in a value."""

_RANDOM = re.compile(r"[A-Za-z0-9+/=_-]{24,512}")
_HEX = re.compile(r"[0-9a-fA-F]{32,128}")
_BITS_PER_CHARACTER = 4.0
"""24 random letters and digits have about 4.3; names and words of that length have less than 3.8."""

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
    ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".go", ".java", ".kt", ".rb", ".rs", ".php", ".cs",
    ".html",
}  # fmt: skip
"""Where a name and a text in quotes are seldom a variable and its value."""

_YAML_SUFFIXES = {".yml", ".yaml"}


def secret_reasons(name: str, value: str) -> list[str]:
    """Return why the variable ``name`` with ``value`` looks like a secret in plain text; empty if it does not.

    In a value that is JSON, each ``{"name": …, "value": …}`` and each key is a variable of its own, and a ``valueFrom`` is a
    reference. No reason quotes the value, because findings are published.
    """
    if (inside := _parse_json(value)) is not None:
        reasons = (
            reason if key == name else f"{key} in it {reason}"
            for key, text in _variables(inside, name)
            for reason in secret_reasons(key, text)
        )
        return list(dict.fromkeys(reasons))
    found = [f"looks like {what}" for what, shape in _SHAPES.items() if re.search(shape, value)]
    if not found and _is_named_like_secret(name) and not _is_reference(value):
        found.append("is named like a secret")
    if not found and _is_random(name, value):
        found.append("looks like a random key")
    return found


def _parse_json(value: str) -> Any:
    """Return the list or object that the value is as JSON; None for any other text."""
    if not value.lstrip().startswith(("[", "{")):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _variables(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield each name and text in a JSON value."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for each in value:
            yield from _variables(each, name)
    elif isinstance(value, dict) and isinstance(value.get("name"), str) and "value" in value:
        yield value["name"], str(value["value"])
    elif isinstance(value, dict) and "valueFrom" not in value:
        for key, each in value.items():
            yield from _variables(each, key)


def _words(name: str) -> list[str]:
    """Split a name: ``dbPassword``, ``db-password`` and ``DB_PASSWORD`` are DB, PASSWORD."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word.upper() for word in re.split(r"[^A-Za-z0-9]+", apart) if word]


def _is_named_like_secret(name: str) -> bool:
    words = _words(name)
    if words in ([], ["PWD"]) or words[-1] in _ABOUT_A_SECRET or not _PUBLIC_WORDS.isdisjoint(words):
        return False
    if words[-1] in _SECRET_AT_THE_END:
        return True
    return not _SECRET_WORDS.isdisjoint(words) or any(
        first in _SECRET_KEYS and second in ("KEY", "KEYS") for first, second in itertools.pairwise(words)
    )


def _is_reference(value: str) -> bool:
    """Return whether the value only says where a secret is, or is none."""
    return value.lower() in _NO_SECRET or value.startswith("arn:") or bool(re.fullmatch(r"\$\{[^}]*\}", value))


def _is_random(name: str, value: str) -> bool:
    words = _words(name)
    if words[-1:] in [[each] for each in _PLACES] or not _DIGEST_WORDS.union(_PUBLIC_WORDS).isdisjoint(words):
        return False
    if _HEX.fullmatch(value):
        return _entropy(value.lower()) > 3.0
    mixed = all(re.search(kind, value) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return bool(_RANDOM.fullmatch(value)) and mixed and _entropy(value) >= _BITS_PER_CHARACTER


def _entropy(text: str) -> float:
    """Return Shannon's entropy in bits per character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


@dataclass(frozen=True)
class WrittenSecret:
    """A secret in a text, its line, and the ``reason`` why it looks like one, which does not quote it."""

    line: int
    reason: str
    value: str


def find_secrets(text: Text) -> list[WrittenSecret]:
    """Return the secrets in a text, in its order, each value once for each line."""
    content = _REFERENCES.sub(lambda match: "\n" * match[0].count("\n"), text.content + "\n")
    found = {(each.line, each.value): each for each in (*_tokens(content), *_named(text, content))}
    return sorted(found.values(), key=lambda each: (each.line, each.value))


def _named(text: Text, content: str) -> Iterator[WrittenSecret]:
    for match in (match for shape in _shapes(text) for match in shape.finditer(content)):
        name, value = match["name"], match["value"]
        reasons = [each for each in secret_reasons(name, value) if each not in _LEFT_TO_CHECKOV]
        if reasons and not _HAS_NO_SECRET.search(value):
            yield WrittenSecret(_line(content, match.start("value")), f"{name} {reasons[0]}", value)


def _shapes(text: Text) -> Iterator[re.Pattern[str]]:
    suffix = text.file.suffix.lower()
    if suffix in _CODE:
        return
    yield from (_QUOTED, _BARE, _JSON)
    if suffix in _YAML_SUFFIXES:
        yield _YAML


def _tokens(content: str) -> Iterator[WrittenSecret]:
    for match in _TOKEN.finditer(content):
        # With the blank it is not taken for a random key, as lines of certificates and digests would be.
        for reason in secret_reasons("", f"{match[0]} "):
            yield WrittenSecret(_line(content, match.start()), reason, match[0])


def _line(content: str, position: int) -> int:
    return content.count("\n", 0, position) + 1
