"""What a plan does with resources, a paragraph for each kind of change."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

from tealform.plan import labels
from tealform.plan.attribute_diff import Difference
from tealform.plan.blocker import Objection
from tealform.plan.plan_entries import Entry
from tealform.plan.source_map import Blame

# More than these would hide what matters; all is in Terraform's own text.
_CREATED_ONE_BY_ONE = 12
_CHANGED_ALIKE = 12
_ATTRIBUTES = 8
_WIDTH = 120

_INDENT = "      "


class Paragraphs:
    """Paragraphs about ``planned``, of which ``objections`` are shown at what they are about, with whether they are ``allowed``."""

    def __init__(
        self, blame: Blame, planned: list[Entry], objections: Iterable[Objection], allowed: Collection[Objection]
    ) -> None:
        self._blame = blame
        self._planned = planned
        self._ending = {entry.address for entry in planned if entry.action in ("replace", "destroy")}
        self._allowed = allowed
        self._objections: dict[str, list[Objection]] = defaultdict(list)
        for objection in sorted(objections):
            self._objections[objection.address].append(objection)

    def all(self) -> Iterator[str]:
        """Everything, what there is to lose first."""
        replaced = self._having("replace")
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
        yield from self._listed("Forgotten: they stay, and Terraform knows nothing of them any more", "forget")
        yield from self._changed()
        yield from self._created()
        yield from self._listed("Imported, and otherwise left alone", "import")
        yield from self._listed("Moved in the state, and otherwise left alone", "move")

    def follows(self, entry: Entry) -> list[str]:
        """The addresses of the other things of the plan for whose sake this one is replaced."""
        return sorted({address for each in entry.because for address in self._sources(entry, each)})

    def _sources(self, entry: Entry, difference: Difference) -> list[str]:
        attribute = str(difference.path[0]) if difference.path else ""
        return sorted(self._ending & self._blame.made_from(entry.address, attribute))

    def _having(self, action: str) -> list[Entry]:
        return [entry for entry in self._planned if entry.action == action]

    def _destroyed(self) -> Iterator[str]:
        by_reason: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._having("destroy"):
            left = "left of a replacement that was broken off" if entry.deposed else ""
            by_reason[left or labels.reason(entry.reason)].append(entry)
        for reason, entries in sorted(by_reason.items()):
            yield from _title("Destroyed" + (f", {reason}" if reason else ""), len(entries))
            for entry in entries:
                yield f"  {self._named(entry)}"
                yield from self._stopped(entry)

    def _replaced(self, title: str, entries: Iterable[Entry]) -> Iterator[str]:
        # What makes others follow comes before them.
        ordered = sorted(entries, key=lambda entry: bool(self.follows(entry)))
        if ordered:
            yield from _title(title, len(ordered))
        for entry in ordered:
            yield f"  {self._named(entry)}"
            yield from self._reasons(entry)
            yield from _attributes("also", entry.worth_telling)
            yield from _taken(entry)
            yield from self._stopped(entry)

    def _reasons(self, entry: Entry) -> Iterator[str]:
        if entry.reason != "replace_because_cannot_update" or not entry.because:
            yield f"{_INDENT}{labels.reason(entry.reason) or 'Terraform does not say why'}"
        for each in entry.because:
            sources = ", ".join(self._sources(entry, each))
            follows = f" follows {sources}" if sources else ""
            yield f"{_INDENT}because {each if each.known or not follows else each.name}{follows}"
        if not self.follows(entry):
            yield from self._set_at(entry)

    def _changed(self) -> Iterator[str]:
        """What is changed alike, like a tag on everything, is told once."""
        alike: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
        changed = self._having("update")
        for entry in changed:
            differences = list(_attributes("", entry.worth_telling)) or [f"{_INDENT}in what cannot be shown"]
            alike[(*differences, *_taken(entry), *self._stopped(entry))].append(entry)
        if changed:
            yield from _title("Changed in place", len(changed))
        for lines, entries in alike.items():
            if len(entries) > _CHANGED_ALIKE:
                yield from self._by_construct(entries)
            else:
                yield from (f"  {self._named(entry)}" for entry in entries)
            yield from lines

    def _created(self) -> Iterator[str]:
        created = self._having("create")
        if created:
            yield from _title("Created", len(created))
        if len(created) > _CREATED_ONE_BY_ONE:
            yield from self._by_construct(created)
            return
        for entry in created:
            yield f"  {self._named(entry)}"
            yield from self._stopped(entry)

    def _by_construct(self, entries: list[Entry]) -> Iterator[str]:
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            groups[self._blame.construct_of(entry.address).partition("/")[0]].append(entry)
        width = max(len(group or "(no construct)") for group in groups)
        for group, members in sorted(groups.items()):
            setting, _ = self._blame.setting_at(group)
            start = f"  {group or '(no construct)':{width}} {len(members):3}  "
            said = (f"[{setting}] " if setting else "") + _types(members)
            yield from textwrap.wrap(
                said, _WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
            )
            for entry in members:
                stopped = list(self._stopped(entry))
                yield from [f"    {entry.address}", *stopped] if stopped else []

    def _listed(self, title: str, action: str) -> Iterator[str]:
        entries = self._having(action)
        if entries:
            yield from _title(title, len(entries))
        for entry in entries:
            yield f"  {self._named(entry)}"
            yield from _taken(entry)
            yield from self._stopped(entry)

    def _named(self, entry: Entry) -> str:
        construct = self._blame.construct_of(entry.address)
        setting, _ = self._blame.setting_at(construct)
        deposed = f" (deposed {entry.deposed})" if entry.deposed else ""
        origin = f"  {construct}" + (f" [{setting}]" if setting else "") if construct else ""
        return f"{entry.address}{deposed}{origin}"

    def _set_at(self, entry: Entry) -> Iterator[str]:
        setting, place = self._blame.setting_at(self._blame.construct_of(entry.address))
        if setting:
            yield f"{_INDENT}set at {place}"

    def _stopped(self, entry: Entry) -> Iterator[str]:
        for objection in self._objections[entry.address]:
            yield f"{_INDENT}{'ALLOWED' if objection in self._allowed else 'STOPPED'}: {objection.reason}"


def _title(title: str, number: int) -> Iterator[str]:
    yield ""
    yield f"{title} ({number}):"


def _attributes(word: str, differences: Collection[Difference]) -> Iterator[str]:
    shown = list(differences)[:_ATTRIBUTES]
    yield from (f"{_INDENT}{word} {each}" if word else f"{_INDENT}{each}" for each in shown)
    if more := len(differences) - len(shown):
        yield f"{_INDENT}… and {labels.many(more, 'more difference')}"


def _taken(entry: Entry) -> Iterator[str]:
    if entry.imported:
        yield f"{_INDENT}imported: {entry.imported}"
    if entry.moved_from:
        yield f"{_INDENT}until now {entry.moved_from}"


def _types(entries: list[Entry]) -> str:
    """``subnet×4, eip×2, vpc``: the types, most of a kind first."""
    numbers = Counter(entry.type.removeprefix("aws_") for entry in entries).most_common()
    return ", ".join(f"{kind}×{number}" if number > 1 else kind for kind, number in numbers)
