"""Positions in one text carried over to another that says the same: other line ends, accents or spaces at its ends.

A coding program stores a text in its own way, and an import masks what leads to a person. Each map tells for every
position of the text as coded where it is in the text as our tables hold it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
BOM = "\ufeff"
# What masking puts in the place of a trace.
MARKER = re.compile(r"‹[^›]*›")


@dataclass(frozen=True)
class Carried:
    """Where each position of a text is in another: as the start of a span, and as its end.

    They differ only inside what the other text holds as one: a sign with its accent, or what was masked.
    """

    starts: Places
    ends: Places

    def then(self, other: "Carried") -> "Carried":
        """Follow one map, and then another."""
        return Carried(other.starts[self.starts], other.ends[self.ends])


def tidied(text: str) -> str:
    r"""A text as our tables store it: no BOM, every line end the same.

    >>> tidied("one\r\ntwo\rthree")
    'one\ntwo\nthree'
    """
    return text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


@lru_cache(maxsize=1_000)
def likeness(text: str) -> str:
    """What two texts that say the same have in common: not their line ends, accents' spelling and outer spaces."""
    lines = tidied(text).replace("\u2028", "\n").replace("\u2029", "\n")
    return normalize("NFC", lines).strip()


def carried(text: str, to: str) -> Carried | None:
    r"""The map from a text to one that says the same; None where they say different things.

    >>> carried("a\r\nb", "a\nb").starts.tolist()
    [0, 1, 1, 2, 3]
    """
    if likeness(text) != likeness(to):
        return None
    here, there = _measured(text), _measured(to)
    wanted = np.clip(here - _blank(text) + _blank(to), 0, there[-1])
    found = np.searchsorted(there, wanted, side="left").astype(np.int64)
    inside = there[found] != wanted
    return Carried(np.where(inside, found - 1, found), found)


def carried_into_mask(text: str, masked: str) -> Carried | None:
    """The map from a text to itself masked; None where it cannot be told what was masked."""
    kept, marks = MARKER.split(masked), [0, *map(len, MARKER.findall(masked))]
    starts, ends = np.zeros(len(text) + 1, dtype=np.int64), np.zeros(len(text) + 1, dtype=np.int64)
    here = there = 0
    for number, (part, mark) in enumerate(zip(kept, marks, strict=True)):
        earliest = here + 1 if number else 0
        is_last = number == len(kept) - 1
        found = len(text) - len(part) if is_last else text.find(part, earliest)
        if found < earliest or (number == 0 and found) or not text.startswith(part, found):
            return None
        # Whatever begins or ends inside what was masked takes all of the mark.
        starts[here:found] = there
        ends[here + 1 : found] = there + mark
        there += mark
        places = np.arange(there, there + len(part) + 1)
        starts[found : found + len(part) + 1] = places
        ends[found : found + len(part) + 1] = places
        here, there = found + len(part), there + len(part)
    return Carried(starts, ends)


def _measured(text: str) -> Places:
    """How much of a text stands before each position, in the signs that all spellings have in common."""
    signs, places = np.unique(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32), return_inverse=True)
    lengths = np.array([_length(chr(sign)) for sign in signs], dtype=np.int64)[places]
    if "\r\n" in text:
        lengths[[found.start() for found in re.finditer("\r\n", text)]] = 0
    if text.startswith(BOM):
        lengths[0] = 0
    return np.concatenate(([0], np.cumsum(lengths)))


def _blank(text: str) -> int:
    """How many signs of space a text begins with."""
    plain = tidied(text)
    return sum(map(_length, plain[: len(plain) - len(plain.lstrip())]))


@lru_cache(maxsize=100_000)
def _length(sign: str) -> int:
    return len(normalize("NFD", sign))
