"""Policies, which the configuration has as documents and a plan as the text that they become.

checkov has two checks for each thing that may be wrong with a policy: one for the document
(``data.aws_iam_policy_document``), one for the text in the resource that has the policy. Which of them belong
together was found out by their names and by scans of both; see ``checkov --list``.
"""

from __future__ import annotations

_OF_TEXT = {
    "CKV_AWS_1": ("CKV_AWS_62",),
    "CKV_AWS_49": ("CKV_AWS_63",),
    "CKV_AWS_107": ("CKV_AWS_287",),
    "CKV_AWS_108": ("CKV_AWS_288",),
    "CKV_AWS_109": ("CKV_AWS_289",),
    "CKV_AWS_110": ("CKV_AWS_286",),
    "CKV_AWS_111": ("CKV_AWS_290",),
    "CKV_AWS_283": ("CKV_AWS_60", "CKV_AWS_70"),
    "CKV_AWS_356": ("CKV_AWS_355",),
    "CKV2_AWS_40": ("CKV2_AWS_40",),
}
_OF_OTHER_TEXT = {"CKV_AWS_61", "CKV_AWS_334", "CKV_AWS_335"}

ONLY_PLANNED = frozenset(_OF_OTHER_TEXT.union(*_OF_TEXT.values()) - {*_OF_TEXT})
"""Checks that find something in the text that a plan has, and nothing in what was generated."""


def checks_of_document(check: str) -> frozenset[str]:
    """The checks of a policy document that look for the same as ``check`` does in the text; none if there are none."""
    return frozenset(document for document, texts in _OF_TEXT.items() if check in texts)
