"""The results of the policy gate as Markdown, for the summary of a job or a comment in a pull request.

Names and reasons come from the author of the pull request. Unescaped, they could end a table, show a picture or a link, and
notify people. So every character that means something to GitHub is an entity, and a zero-width space breaks the beginning
of a mention, a reference or a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tealform.policy import waivers
from tealform.policy.reports import formatting
from tealform.policy.reports.formatting import flat
from tealform.policy.result import BROKEN, CLEAN, GateResult, LocatedFinding, worst_exit_code
from tealform.policy.rule import Rule

LONGEST = 60_000
"""In characters. GitHub accepts 65,536 in a comment, and the poster may add some."""

CUT = "*It is cut here, for it is too long. The whole is in the log of the policy gate.*"

_CELL = 500
_MEANT = re.compile(r"[&<>|`\\*_\[\]~^$]")
_CALLS = re.compile(r"[@#]|:(?=//)|www(?=\.)", re.IGNORECASE)
_NOTHING = "\N{ZERO WIDTH SPACE}"
_LINK = re.compile(r"https://[\w./?=&%~:+#-]+")
_LEFT = ("severity", "rule", "environment", "where", "what is wrong", "mended at")
_WAIVED = ("rule", "findings", "environments", "until", "owner", "reason")


def render(results: Sequence[GateResult]) -> str:
    """Render the results in at most ``LONGEST`` characters, with a line break at the end."""
    return _cut(_pieces(results)) + "\n"


def plain(text: str) -> str:
    """Return ``text`` on one line, escaped so that it shows as it is and has no effect."""
    line = flat(text)
    line = line if len(line) <= _CELL else f"{line[:_CELL]}…"
    broken = _CALLS.sub(lambda found: found[0] + _NOTHING, line)
    return _MEANT.sub(lambda found: f"&#{ord(found[0])};", broken)


def _pieces(results: Sequence[GateResult]) -> Iterator[str]:
    """Yield pieces that are never cut in two, the most important first."""
    left, taken = formatting.worst_first(results), formatting.summarize_waived(results)
    yield f"## Policy: {_heading(results)}\n\n{formatting.summary(results)}"
    yield from _list("Could not be judged", [f"{each.scope}: {text}" for each in results for text in each.mistakes])
    yield from _table(_LEFT, [_row(located) for located in left])
    yield from _list(
        "Waivers that lapsed", [str(problem) for each in results for problem in formatting.in_order(each.lapsed)]
    )
    for located in left:
        yield "\n".join(_detail(located))
    if left:
        yield f"\nMend each finding, or accept it in `environments/<env>/{waivers.FILE}`: `{waivers.SHAPE}`"
    if taken:
        number = formatting.many(sum(each.number for each in taken), "waived finding")
        yield from _folded(number, _table(_WAIVED, [_accepted(each) for each in taken]))


def _heading(results: Sequence[GateResult]) -> str:
    code = worst_exit_code(results)
    if code == BROKEN:
        return "it could not be judged"
    return "nothing to mend" if code == CLEAN else "there is something to mend"


def _cut(pieces: Iterator[str]) -> str:
    kept: list[str] = []
    length = len(CUT) + 2
    for piece in pieces:
        length += len(piece) + 1
        if length > LONGEST:
            return "\n".join([*kept, "", CUT])
        kept.append(piece)
    return "\n".join(kept)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number == 0:
            yield f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}"
        yield f"| {' | '.join(row)} |"


def _list(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"\n**{title}**\n"
    for entry in entries:
        yield f"- {plain(entry)}"


def _folded(title: str, content: Iterator[str]) -> Iterator[str]:
    # In one piece: cut in two, the block would stay open and include what follows.
    yield "\n".join([f"\n<details><summary>{title}</summary>", *content, "\n</details>"])


def _row(located: LocatedFinding) -> tuple[str, ...]:
    where, wrong, mended = formatting.where(located.finding), formatting.wrong(located), formatting.mended_at(located)
    return located.rule.severity, _linked(located.rule), plain(located.scope), plain(where), plain(wrong), plain(mended)


def _detail(located: LocatedFinding) -> Iterator[str]:
    where = plain(f"{located.rule.id} in {located.scope}: {formatting.where(located.finding)}")
    yield f"\n<details><summary>{where}</summary>\n"
    yield f"- **should be:** {plain(located.finding.title)}"
    yield f"- **why:** {plain(located.rule.why)}"
    yield f"- **fix:** {plain(located.rule.fix)}"
    yield f"- **mended at:** {plain(formatting.mended_at(located))}"
    yield f"- **resource:** {plain(located.finding.address)}"
    yield "\n</details>"


def _accepted(each: formatting.WaivedGroup) -> tuple[str, ...]:
    scopes, owners = plain(", ".join(each.scopes)), plain(", ".join(each.owners))
    return _linked(each.rule), str(each.number), scopes, each.until.isoformat(), owners, plain(each.reason)


def _linked(rule: Rule) -> str:
    return f"[{plain(rule.id)}]({rule.link})" if _LINK.fullmatch(rule.link) else plain(rule.id)
