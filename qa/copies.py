"""Documents that are copies of each other, exact or near: a syndicated article, a version, a quoted reply.

Copies that are equal to the letter are indexed once. Near ones, which differ in
a few words, are all indexed, and count as one source. Near is an estimated
Jaccard similarity of SIMILAR or more between sets of five consecutive words
(shingles, Broder 1997), estimated by MinHash and found by locality-sensitive
hashing (datasketch).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.records import Document

if TYPE_CHECKING:
    from datasketch import MinHash

Signature = NDArray[np.uint32]
"""What two texts have in common is as likely as their shingles to be the same; shape (PERMUTATIONS,)."""

PERMUTATIONS = 128
# Of pairs of news articles with a sentence in ten changed some 0.7 of the shingles stay; other articles share none.
SIMILAR = 0.8
# The index finds a pair of its threshold half of the time: lower, so that those of SIMILAR are found nearly always.
_CANDIDATES = 0.6
_SHINGLE = 5
# Shingles that are hashed at a time: at once those of a text of 64 MiB, some 10 million, take 13 GB.
CHUNK = 10_000
# Fewer words are alike by chance: "Yes." and "Yes.", two empty forms.
_LEAST_WORDS = 20


def signature(text: str) -> Signature:
    """The MinHash of a text's shingles, case and spacing aside."""
    words = text.casefold().split()
    count = max(len(words) - _SHINGLE + 1, 1)
    made = _min_hash()
    for start in range(0, count, CHUNK):
        places = range(start, min(start + CHUNK, count))
        made.update_batch(" ".join(words[at : at + _SHINGLE]).encode() for at in places)
    found: Signature = made.hashvalues
    return found


def _min_hash(values: Signature | None = None) -> "MinHash":
    """One with these values, or of nothing yet."""
    from datasketch import MinHash  # half a second, which asking does not need

    return MinHash(PERMUTATIONS, hashvalues=values, permutations=_permutations(), scheme="affine32")


@cache
def _permutations() -> NDArray[np.uint32]:
    """Drawn once: drawing them took as long as all else that a signature is compared by."""
    from datasketch import MinHash

    return np.asarray(MinHash(PERMUTATIONS).permutations)


def first_of(documents: Iterable[Document]) -> Document:
    """The one that is shown for its copies: of those with a date the earliest, then by name."""
    return min(documents, key=lambda document: (document.date or "9", document.id))


def exact_copies(documents: Sequence[Document]) -> list[list[Document]]:
    """Documents of the same title and text, together; every document is in one list, alone or not."""
    found: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        found[document.title, document.text].append(document)
    return list(found.values())


def near_copies(documents: Sequence[Document], signatures: Mapping[str, Signature]) -> dict[str, str]:
    """Of every document the id of the one that its group is known by: its own where it has no copy.

    Whoever is a near copy of one of a group is of the group.
    """
    from datasketch import MinHashLSH

    by_id = {document.id: document for document in documents}
    groups = {document.id: [document.id] for document in documents}
    index = MinHashLSH(threshold=_CANDIDATES, num_perm=PERMUTATIONS)
    for key in sorted(by_id):
        if len(by_id[key].text.split()) < _LEAST_WORDS:
            continue
        own = _min_hash(signatures[key])
        for other in sorted(index.query(own)):
            same = groups[other]
            if same is not groups[key] and float(np.mean(signatures[other] == signatures[key])) >= SIMILAR:
                same.extend(groups[key])
                for member in groups[key]:
                    groups[member] = same
        index.insert(key, own)
    known_by = {id(group): first_of(by_id[key] for key in group).id for group in groups.values()}
    return {key: known_by[id(group)] for key, group in groups.items()}
