"""Terraform's errors and warnings, read from its JSON output.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui and, for ``validate -json``,
https://developer.hashicorp.com/terraform/cli/commands/validate
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_ADDRESS = re.compile(r"^(?P<kind>resource|data)\.(?P<address>[\w-]+\.[\w-]+)|^(?P<other>output|provider|terraform)\b")
# How Go and Terraform's service discovery report a host that does not answer.
_UNREACHED = re.compile(
    r"could not connect to|failed to request discovery document|dial tcp|proxyconnect", re.IGNORECASE
)


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning. ``address`` is the resource that it is about, which is in ``line`` of ``file``.

    ``address`` and ``file`` are empty and ``line`` is 0 if Terraform does not say.
    """

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    file: str = ""
    line: int = 0

    @property
    def message(self) -> str:
        """Summary and detail on one line."""
        return " ".join((f"{self.summary}: {self.detail}" if self.detail else self.summary).split())

    @property
    def out_of_reach(self) -> bool:
        """Whether the only problem is a registry or the like that could not be reached."""
        return _UNREACHED.search(f"{self.summary} {self.detail}") is not None


def parse(output: str, errors: str, failed: bool) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of one command, each once, in Terraform's order.

    ``output`` is its output: one JSON document (``validate -json``) or a JSON object a line (other commands); lines of
    plain text are ignored. If the command ``failed`` without a diagnostic of an error, the end of its output and of
    ``errors``, its standard error, becomes one.
    """
    found = tuple(dict.fromkeys(_parse_all(output)))
    if failed and not any(each.severity == "error" for each in found):
        return (*found, _from_plain_text(f"{output}\n{errors}"))
    return found


def _parse_all(output: str) -> Iterator[Diagnostic]:
    for document in _documents(output):
        for entry in [document.get("diagnostic"), *(document.get("diagnostics") or [])]:
            if isinstance(entry, dict):
                yield _parse_entry(entry)


def _documents(output: str) -> Iterator[dict[str, Any]]:
    try:
        whole = json.loads(output)
    except ValueError:
        for line in output.splitlines():
            if line.startswith("{"):
                with suppress(ValueError):
                    yield json.loads(line)
    else:
        if isinstance(whole, dict):
            yield whole


def _parse_entry(entry: dict[str, Any]) -> Diagnostic:
    place = entry.get("range") or {}
    return Diagnostic(
        severity=entry["severity"],
        summary=entry["summary"],
        detail=entry.get("detail", ""),
        address=entry.get("address") or _address_in((entry.get("snippet") or {}).get("context") or ""),
        file=place.get("filename", ""),
        line=(place.get("start") or {}).get("line", 0),
    )


def _address_in(context: str) -> str:
    """Return the address in a snippet's context, like ``resource.aws_vpc.main`` in JSON or ``resource "aws_vpc" "main"``."""
    found = _ADDRESS.match(context.replace('" "', ".").replace(' "', ".").replace('"', ""))
    if found is None or found["other"]:
        return ""
    return found["address"] if found["kind"] == "resource" else f"data.{found['address']}"


def _from_plain_text(output: str) -> Diagnostic:
    text = _COLOR.sub("", output).strip()
    lines = [line.strip("│╷╵ ") for line in text.splitlines() if line.strip("│╷╵ ") and not line.startswith("{")]
    summary = next((line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")), "")
    summary = summary or (lines[-1] if lines else "it failed and said nothing")
    return Diagnostic("error", summary, "\n".join(lines[-20:]) if lines[1:] else "")
