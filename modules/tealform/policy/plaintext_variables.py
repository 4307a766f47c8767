"""Tells the secrets among variables that whoever reads a plan, a state, a task definition or a build log can read."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

_SECRET_WORDS = {
    "PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "PWD", "SECRET", "SECRETS", "TOKEN", "CREDENTIAL", "CREDENTIALS",
    "APIKEY", "PRIVATEKEY", "DBPASS",
}  # fmt: skip
_SECRET_KEYS = {
    "API", "ACCESS", "SECRET", "PRIVATE", "ENCRYPTION", "SIGNING", "MASTER", "AUTH", "ACCOUNT", "SESSION", "LICENSE",
    "HMAC", "APP", "APPLICATION",
}  # fmt: skip
"""What makes a secret of the word KEY behind it."""

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


def reasons(name: str, value: str) -> list[str]:
    """Why the variable ``name`` with ``value`` is taken for a secret in plain text; nothing if it is not.

    A value that is JSON is looked into: each ``{"name": …, "value": …}`` and each key is a variable of its own, and
    what is a ``valueFrom`` is a reference. No reason quotes the value, for findings are published.
    """
    if (inside := _unfolded(value)) is not None:
        told = (
            reason if key == name else f"{key} in it {reason}"
            for key, text in _variables(inside, name)
            for reason in reasons(key, text)
        )
        return list(dict.fromkeys(told))
    found = [f"looks like {what}" for what, shape in _SHAPES.items() if re.search(shape, value)]
    if not found and _named_like_a_secret(name) and not _refers(value):
        found.append("is named like a secret")
    if not found and _random(name, value):
        found.append("looks like a random key")
    return found


def _unfolded(value: str) -> Any:
    """The list or object that the value is as JSON; nothing for any other text."""
    if not value.lstrip().startswith(("[", "{")):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _variables(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each name and text in a JSON value."""
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
    """``dbPassword``, ``db-password`` and ``DB_PASSWORD`` are DB, PASSWORD."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word.upper() for word in re.split(r"[^A-Za-z0-9]+", apart) if word]


def _named_like_a_secret(name: str) -> bool:
    words = _words(name)
    if words in ([], ["PWD"]) or words[-1] in _ABOUT_A_SECRET or not _PUBLIC_WORDS.isdisjoint(words):
        return False
    if words[-1] in _SECRET_AT_THE_END:
        return True
    return not _SECRET_WORDS.isdisjoint(words) or any(
        first in _SECRET_KEYS and second in ("KEY", "KEYS") for first, second in itertools.pairwise(words)
    )


def _refers(value: str) -> bool:
    """Whether the value only says where a secret is, or is none."""
    return value.lower() in _NO_SECRET or value.startswith("arn:") or bool(re.fullmatch(r"\$\{[^}]*\}", value))


def _random(name: str, value: str) -> bool:
    words = _words(name)
    if words[-1:] in [[each] for each in _PLACES] or not _DIGEST_WORDS.union(_PUBLIC_WORDS).isdisjoint(words):
        return False
    if _HEX.fullmatch(value):
        return _entropy(value.lower()) > 3.0
    mixed = all(re.search(kind, value) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return bool(_RANDOM.fullmatch(value)) and mixed and _entropy(value) >= _BITS_PER_CHARACTER


def _entropy(text: str) -> float:
    """Shannon's, in bits per character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
