"""Makes the comment safe that a pull request has made for itself.

What makes it may have been changed by the pull request, so it may say anything; it is shown under the name of the
repository's own bot. Nothing in it may notify anybody, lead anywhere or bring in anything.
"""

from __future__ import annotations

import re

from tealform.review.marker import MARKER
from tealform.review.report.error import ReportError

_LONGEST = 65_000
"""Characters; GitHub takes 65,536."""

_CUT = "\n\n*It is cut here, for it is too long.*\n"
_NOTHING = "\N{ZERO WIDTH SPACE}"

_CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What may stand in it is what the comment itself is made of: see modules/tealform/policy/reports/markdown.py.
_ENTITY = re.compile(r"&(?!#(?:36|38|42|60|62|91|92|93|94|95|96|124|126);)")
_TAG = re.compile(r"<(?!/?(?:details|summary)>)")
_CALLS = re.compile(rf"(?:@|(?<!&)#(?=\w)|:(?=//)|www(?=\.)|\bgh-(?=\d))(?!{_NOTHING})", re.IGNORECASE)
# Links, pictures, formulas, and blocks of code, which may be diagrams and maps.
_MEANT = re.compile(r"[`~$\[\]\\^_]")


def comment(content: bytes) -> str:
    """The comment in ``content``, with the marker as its first line; raises ``ReportError`` if that is not there."""
    first, _, rest = content.decode("utf-8", errors="replace").partition("\n")
    if first != MARKER:
        raise ReportError("comment.md does not begin as the check's comments do")
    text = _CONTROL.sub(" ", rest)
    for pattern, put in ((_ENTITY, "&amp;"), (_TAG, "&lt;"), (_CALLS, rf"\g<0>{_NOTHING}")):
        text = pattern.sub(put, text)
    text = _MEANT.sub(lambda found: f"&#{ord(found[0])};", text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - len(_CUT)].rpartition("\n")[0] + _CUT
    return f"{MARKER}\n{text}"
