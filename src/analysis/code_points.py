"""Many texts as one array of code points, and what a table says of each of them.

A look-up in a table of all code points takes the place of a regular expression where there are many texts. Text by
text, `scripts.tokens_of` and `markup.tidied` say what has to come out.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.scripts import JOINERS, SCRIPTS, SINGLE, UNSPACED, letters_of, parts_of

CodePoints = npt.NDArray[np.uint32]
Kinds = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# What a code point is to a token: nothing, a joiner, a letter of a script (the unspaced ones last), or not to be told
# before the whole text was normalised.
_ORDER = tuple(sorted(SINGLE, key=lambda script: script in UNSPACED))
_NOTHING, _JOINER, _FIRST_LETTER = 0, 1, 2
_SCRIPT_KINDS = {script: _FIRST_LETTER + number for number, script in enumerate(_ORDER)}
_FIRST_UNSPACED = min(_SCRIPT_KINDS[script] for script in _ORDER if script in UNSPACED)
UNSETTLED = 255

_ALL = 0x110000
# Unicode changes no code point beyond its first three planes when it normalises.
_CHANGED = 0x30000
_NEWLINE, _SPACE = 0x0A, 0x20
# So many code points at once stay in a processor's cache.
_TEXTS_AT_ONCE, _CODE_POINTS_AT_ONCE = 2048, 400_000
_MARGIN = "\n\n"
_EVERY = slice(None)


class LaidOut(NamedTuple):
    """Texts end to end, a newline after each and two before the first and after the last; where each begins."""

    codes: CodePoints
    begins: Positions


def in_chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in chunks of bounded size, in order."""
    for first in range(0, len(texts), _TEXTS_AT_ONCE):
        block = texts[first : first + _TEXTS_AT_ONCE]
        ends = np.cumsum(_lengths(block)) // _CODE_POINTS_AT_ONCE
        cuts = [0, *(np.flatnonzero(np.diff(ends)) + 1).tolist(), len(block)]
        yield from (block[start:end] for start, end in pairwise(cuts))


def lay_out(texts: Sequence[str]) -> LaidOut:
    """Put texts end to end in one array that may be changed in place."""
    together = _MARGIN + "\n".join(texts) + _MARGIN
    # A lone surrogate, as a broken capture may have one, is a code point like another.
    codes = np.frombuffer(bytearray(together.encode("utf-32-le", "surrogatepass")), np.dtype("<u4"))
    lengths = _lengths(texts) + 1
    return LaidOut(codes, np.cumsum(lengths) - lengths + len(_MARGIN))


def texts_in(laid: LaidOut, rows: Positions | slice = _EVERY) -> list[str]:
    """The texts, or some of them, as they now stand in the array."""
    together = laid.codes.tobytes().decode("utf-32-le", "surrogatepass")
    ends = np.append(laid.begins[1:], len(laid.codes) - 1) - 1
    chosen = zip(laid.begins[rows].tolist(), ends[rows].tolist(), strict=True)
    return [together[first:end] for first, end in chosen]


def prepare() -> None:
    """Make the tables of all code points now; else the first text makes them."""
    _settled()


def kinds_of(script: str) -> list[int]:
    """The kinds of a script's letters. Raises `StudyError` when the script is not known here."""
    letters_of(script)
    return [_SCRIPT_KINDS[part] for part in parts_of(script)]


def token_kinds(codes: CodePoints) -> Kinds:
    """What each code point of texts not yet normalised is to a token; some are `UNSETTLED`."""
    return _settled().take(codes)


def normalised_token_kinds(codes: CodePoints) -> Kinds:
    """What each code point of normalised texts is to a token."""
    return _kinds().take(codes)


def are_begins(kinds: Kinds, *, of_letters: bool) -> Flags:
    """Where a token begins, `scripts.tokens_of` for whole arrays: at every letter, or where a word begins."""
    begin = kinds >= _FIRST_LETTER
    if not of_letters:
        before, here = kinds[1:-1], kinds[2:]
        joined = (before == _JOINER) & (here == kinds[:-2])
        begin[2:] &= ((here != before) & ~joined) | (here >= _FIRST_UNSPACED)
    return begin


def table_of(*letters: str) -> Kinds:
    """A table of all code points with 1 for those in any of these ranges, as a regular expression writes them."""
    table = np.zeros(_ALL, np.uint8)
    for first, last in re.findall(r"(.)(?:-(.))?", "".join(letters), re.DOTALL):
        table[ord(first) : ord(last or first) + 1] = 1
    return table


@cache
def _kinds() -> Kinds:
    """The kind of each code point as it stands."""
    table = np.zeros(_ALL, np.uint8)
    for script, kind in _SCRIPT_KINDS.items():
        table[table_of(SCRIPTS[script]) > 0] = kind
    table[[ord(joiner) for joiner in JOINERS]] = _JOINER
    return table


@cache
def _settled() -> Kinds:
    """The kind of each code point once its text is normalised (NFKC), where that depends on nothing around it.

    It does not where no mark is involved, and where what stands in its place is one code point or no letters.
    """
    codes, begins = _normalised_alone("NFKC")
    kinds = _kinds().take(codes)
    one = np.diff(np.append(begins, len(codes))) == len("x\n")
    marks = np.maximum.reduceat(_marks().take(codes), begins)
    told = ~marks & (one | (np.maximum.reduceat(kinds, begins) == _NOTHING))
    settled = _kinds().copy()
    settled[:_CHANGED] = np.where(told, kinds[begins], UNSETTLED)
    return settled


def _marks() -> Flags:
    """Which code points can combine with what is before them, or change places with it."""
    marks = np.zeros(_ALL, np.bool_)
    marks[:_CHANGED] = [unicodedata.combining(chr(code)) > 0 for code in range(_CHANGED)]
    codes, begins = _normalised_alone("NFD")
    follows = codes != _NEWLINE
    follows[begins] = False
    marks[codes[follows]] = True
    return marks


def _normalised_alone(form: str) -> tuple[CodePoints, Positions]:
    """Each code point normalised by itself, with a newline after each, and where each begins."""
    alone = np.full(2 * _CHANGED, _NEWLINE, np.dtype("<u4"))
    alone[::2] = np.arange(_CHANGED)
    alone[2 * _NEWLINE] = _SPACE
    text = unicodedata.normalize(form, alone.tobytes().decode("utf-32-le", "surrogatepass"))  # type: ignore[arg-type]
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    ends = np.flatnonzero(codes == _NEWLINE)
    return codes, np.append(0, ends[:-1] + 1)


def _lengths(texts: Sequence[str]) -> Positions:
    return np.fromiter(map(len, texts), np.int64, len(texts))
