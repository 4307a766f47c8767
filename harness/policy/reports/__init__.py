"""What the gate says, in the forms that people and programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.policy.verdict import Verdict

FORMS: Mapping[str, Callable[[Sequence[Verdict]], str]] = {}
"""How each form is made of the verdicts, by the name that the command line has for it."""
