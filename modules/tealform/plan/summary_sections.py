"""The sections of a plan's summary, one for each kind of change."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

from tealform.plan.attribute_diff import Difference
from tealform.plan.changes import Blocker
from tealform.plan.plan_entries import Entry
from tealform.plan.plan_values import pluralize
from tealform.plan.source_map import SourceMap

# More than these would hide what matters. Terraform's own text has all of it.
_CREATED_ONE_BY_ONE = 12
_CHANGED_ALIKE = 12
_ATTRIBUTES = 8
_WIDTH = 120

_INDENT = "      "

# https://developer.hashicorp.com/terraform/internals/json-format#plan-representation says that there may be more.
_REASONS = {
    "replace_because_tainted": "tainted: its creation or a provisioner failed, or somebody marked it",
    "replace_because_cannot_update": "what changes cannot be changed in place",
    "replace_by_request": "asked for with -replace",
    "replace_by_triggers": "its replace_triggered_by names something that changes",
    "delete_because_no_resource_config": "no longer in the configuration",
    "delete_because_no_module": "in a module that is no longer in the configuration",
    "delete_because_wrong_repetition": "in the configuration with another count or for_each",
    "delete_because_count_index": "with an index that is not below count",
    "delete_because_each_key": "with a key that is no longer in for_each",
    "delete_because_no_move_target": "moved to what is not in the configuration",
}


class SummarySections:
    """The sections about ``planned``, with ``blockers`` at their addresses and whether they are ``allowed``."""

    def __init__(
        self, source_map: SourceMap, planned: list[Entry], blockers: Iterable[Blocker], allowed: Collection[Blocker]
    ) -> None:
        self._source_map = source_map
        self._planned = planned
        self._ending = {entry.address for entry in planned if entry.action in ("replace", "destroy")}
        self._allowed = allowed
        self._blockers: dict[str, list[Blocker]] = defaultdict(list)
        for blocker in sorted(blockers):
            self._blockers[blocker.address].append(blocker)

    def lines(self) -> Iterator[str]:
        """Yield all lines, those about losses first."""
        replaced = self._with_action("replace")
        yield from self._destroyed()
        yield from self._replaced(
            "Replaced, the old one destroyed before there is a new one",
            (each for each in replaced if each.destroys_first),
        )
        yield from self._replaced(
            "Replaced, the old one destroyed once there is a new one",
            (each for each in replaced if not (each.destroys_first or each.keeps_old)),
        )
        yield from self._replaced(
            "Replaced, the old one left alone and forgotten", (each for each in replaced if each.keeps_old)
        )
        yield from self._section("Forgotten: they stay, and Terraform knows nothing of them any more", "forget")
        yield from self._changed()
        yield from self._created()
        yield from self._section("Imported, and otherwise left alone", "import")
        yield from self._section("Moved in the state, and otherwise left alone", "move")

    def follows(self, entry: Entry) -> list[str]:
        """Return the addresses whose end or replacement forces the replacement of this entry."""
        return sorted({address for each in entry.because for address in self._sources(entry, each)})

    def _sources(self, entry: Entry, difference: Difference) -> list[str]:
        attribute = str(difference.path[0]) if difference.path else ""
        return sorted(self._ending & self._source_map.made_from(entry.address, attribute))

    def _with_action(self, action: str) -> list[Entry]:
        return [entry for entry in self._planned if entry.action == action]

    def _destroyed(self) -> Iterator[str]:
        by_reason: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._with_action("destroy"):
            left_over = "left of a replacement that was broken off" if entry.deposed else ""
            by_reason[left_over or _describe_reason(entry.reason)].append(entry)
        for reason, entries in sorted(by_reason.items()):
            yield from _title("Destroyed" + (f", {reason}" if reason else ""), len(entries))
            yield from self._list(entries)

    def _replaced(self, title: str, entries: Iterable[Entry]) -> Iterator[str]:
        # A cause comes before what follows it.
        ordered = sorted(entries, key=lambda entry: bool(self.follows(entry)))
        if ordered:
            yield from _title(title, len(ordered))
        for entry in ordered:
            yield f"  {self._named(entry)}"
            yield from self._reasons(entry)
            yield from _attributes("also", entry.relevant)
            yield from self._rest(entry)

    def _reasons(self, entry: Entry) -> Iterator[str]:
        if entry.reason != "replace_because_cannot_update" or not entry.because:
            yield f"{_INDENT}{_describe_reason(entry.reason) or 'Terraform does not say why'}"
        for each in entry.because:
            sources = ", ".join(self._sources(entry, each))
            follows = f" follows {sources}" if sources else ""
            yield f"{_INDENT}because {each if each.known or not follows else each.name}{follows}"
        setting, place = self._source_map.setting_at(self._source_map.construct_path(entry.address))
        if setting and not self.follows(entry):
            yield f"{_INDENT}set at {place}"

    def _changed(self) -> Iterator[str]:
        """Show once what changes alike, like a tag on everything."""
        alike: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
        changed = self._with_action("update")
        for entry in changed:
            differences = list(_attributes("", entry.relevant)) or [f"{_INDENT}in what cannot be shown"]
            alike[(*differences, *self._rest(entry))].append(entry)
        if changed:
            yield from _title("Changed in place", len(changed))
        for lines, entries in alike.items():
            if len(entries) > _CHANGED_ALIKE:
                yield from self._by_construct(entries)
            else:
                yield from (f"  {self._named(entry)}" for entry in entries)
            yield from lines

    def _created(self) -> Iterator[str]:
        created = self._with_action("create")
        if created:
            yield from _title("Created", len(created))
        if len(created) > _CREATED_ONE_BY_ONE:
            yield from self._by_construct(created)
            return
        yield from self._list(created)

    def _by_construct(self, entries: list[Entry]) -> Iterator[str]:
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            groups[self._source_map.construct_path(entry.address).partition("/")[0]].append(entry)
        width = max(len(group or "(no construct)") for group in groups)
        for group, members in sorted(groups.items()):
            setting, _ = self._source_map.setting_at(group)
            start = f"  {group or '(no construct)':{width}} {len(members):3}  "
            # ``subnet×4, eip×2, vpc``: most of a kind first.
            numbers = Counter(entry.type.removeprefix("aws_") for entry in members).most_common()
            types = ", ".join(f"{kind}×{number}" if number > 1 else kind for kind, number in numbers)
            text = (f"[{setting}] " if setting else "") + types
            yield from textwrap.wrap(
                text, _WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
            )
            for entry in members:
                if self._blockers[entry.address]:
                    yield from (f"    {entry.address}", *self._stopped(entry))

    def _section(self, title: str, action: str) -> Iterator[str]:
        entries = self._with_action(action)
        if entries:
            yield from _title(title, len(entries))
        for entry in entries:
            yield f"  {self._named(entry)}"
            yield from self._rest(entry)

    def _list(self, entries: Iterable[Entry]) -> Iterator[str]:
        for entry in entries:
            yield f"  {self._named(entry)}"
            yield from self._stopped(entry)

    def _named(self, entry: Entry) -> str:
        construct = self._source_map.construct_path(entry.address)
        setting, _ = self._source_map.setting_at(construct)
        deposed = f" (deposed {entry.deposed})" if entry.deposed else ""
        origin = f"  {construct}" + (f" [{setting}]" if setting else "") if construct else ""
        return f"{entry.address}{deposed}{origin}"

    def _rest(self, entry: Entry) -> Iterator[str]:
        if entry.imported:
            yield f"{_INDENT}imported: {entry.imported}"
        if entry.moved_from:
            yield f"{_INDENT}until now {entry.moved_from}"
        yield from self._stopped(entry)

    def _stopped(self, entry: Entry) -> Iterator[str]:
        for blocker in self._blockers[entry.address]:
            yield f"{_INDENT}{'ALLOWED' if blocker in self._allowed else 'STOPPED'}: {blocker.reason}"


def _title(title: str, number: int) -> Iterator[str]:
    yield ""
    yield f"{title} ({number}):"


def _attributes(word: str, differences: Collection[Difference]) -> Iterator[str]:
    shown = list(differences)[:_ATTRIBUTES]
    yield from (f"{_INDENT}{word} {each}" if word else f"{_INDENT}{each}" for each in shown)
    if more := len(differences) - len(shown):
        yield f"{_INDENT}… and {pluralize(more, 'more difference')}"


def _describe_reason(reason: str) -> str:
    """Return Terraform's reason in words; the reason itself if it is new, or empty."""
    return _REASONS.get(reason, reason.replace("_", " "))
