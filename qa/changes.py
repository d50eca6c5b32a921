"""What became of documents between two times: added, changed, moved, removed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from qa.records import Document


@dataclass(frozen=True)
class Changes:
    """Ids of documents, sorted; ``moved`` are pairs (former id, present id) of files with the same bytes."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.moved or self.removed)

    def __str__(self) -> str:
        """``2 added, 1 moved``; ``nothing changed``."""
        counts = {name: len(getattr(self, name)) for name in ("added", "changed", "moved", "removed")}
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing changed"

    @property
    def lines(self) -> tuple[str, ...]:
        """A line a document, as ``qa status`` prints them."""
        return (
            *(f"added {name}" for name in self.added),
            *(f"changed {name}" for name in self.changed),
            *(f"moved {former} -> {present}" for former, present in self.moved),
            *(f"removed {name}" for name in self.removed),
        )


def compare(before: Iterable[Document], after: Iterable[Document]) -> Changes:
    """What happened to ``before`` that it became ``after``."""
    old, new = ({document.id: document for document in some} for some in (before, after))
    gone, come = (sorted(one.keys() - other.keys()) for one, other in ((old, new), (new, old)))
    by_bytes: dict[str, list[str]] = defaultdict(list)
    for name in reversed(gone):
        if old[name].sha256:
            by_bytes[old[name].sha256].append(name)
    moved = [(by_bytes[new[name].sha256].pop(), name) for name in come if by_bytes[new[name].sha256]]
    left, arrived = {former for former, _ in moved}, {present for _, present in moved}
    return Changes(
        added=tuple(name for name in come if name not in arrived),
        changed=tuple(name for name in sorted(old.keys() & new.keys()) if old[name] != new[name]),
        moved=tuple(moved),
        removed=tuple(name for name in gone if name not in left),
    )
