"""What speaks for how a file counts: whether selections begin and end where words do, and what they quote."""

import re
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Characters = NDArray[np.uint32]
Kinds = NDArray[np.uint8]
Slots = NDArray[np.int64]
Flags = NDArray[np.bool_]

SPACE, WORD, UNSPACED, OTHER, MARK, LOOK, JOINER, FLAG = range(8)
ALL_CHARACTERS = 0x110000
# Signs that make one with others: letters of flags, the zero-width joiner, and what changes the look of the sign
# before it: variation selectors, skin tones, tags.
FLAGS, ZERO_WIDTH_JOINER = range(0x1F1E6, 0x1F200), 0x200D
CHANGING = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x1F3FB, 0x1F400), range(0xE0020, 0xE0080))
SIGNS = {
    **dict.fromkeys(FLAGS, FLAG),
    **{character: LOOK for signs in CHANGING for character in signs},
    ZERO_WIDTH_JOINER: JOINER,
}
# Scripts whose words stand without spaces, in which a selection may begin at any letter: Thai to Myanmar, Khmer,
# kana and bopomofo, Han in its planes, and kana of half width.
WITHOUT_SPACES = (
    *(range(0x0E00, 0x10A0), range(0x1780, 0x1800), range(0x2E80, 0x3130), range(0x31A0, 0x3200)),
    *(range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0xFF66, 0xFF9E)),
    range(0x20000, 0x40000),
)
ELLIPSIS = re.compile(r"\s*(…|\.\.\.)$")
# How well a selection says what it quotes: to the letter, but for spaces around it, or at its beginning only.
EQUAL, TRIMMED, BEGUN_TO_AN_EDGE, BEGUN = 4, 3, 2, 1


def edges(characters: Characters) -> tuple[Flags, Flags]:
    """Whether a selection may begin, and whether it may end, before each character of a line.

    It may where a word or sign does; it begins before no space and ends after none.
    """
    kinds = _kinds_of(characters)
    before = np.roll(kinds, 1)
    goes_on = ((before == WORD) | (before == MARK)) & (kinds == WORD)
    goes_on |= (kinds == MARK) | (kinds == LOOK) | (kinds == JOINER) | (before == JOINER)
    goes_on |= (np.roll(characters, 1) == ord("\r")) & (characters == ord("\n"))
    goes_on |= _within_a_flag(kinds)
    return ~goes_on & (kinds != SPACE), ~goes_on & (before != SPACE)


def agreement(found: str, quoted: str, *, ends_well: bool) -> int:
    r"""How well what stands at a selection agrees with what the file quotes of it, 0 where it does not.

    Runs of spaces and line ends are alike, as programs write them in several ways; a quotation may be the beginning.

    >>> agreement("one\r\ntwo", "one\u2029two", ends_well=True) == EQUAL
    True
    >>> agreement("one two three", "one two…", ends_well=True) == BEGUN_TO_AN_EDGE
    True
    """
    if found == quoted:
        return EQUAL
    if _begin_apart(found[:1], quoted[:1]):
        return 0
    found, quoted = _flat(found), _flat(quoted)
    if found == quoted:
        return EQUAL
    if found.strip() == quoted.strip():
        return TRIMMED
    beginning = ELLIPSIS.sub("", quoted).strip()
    if beginning and found.strip().startswith(beginning):
        return BEGUN_TO_AN_EDGE if ends_well else BEGUN
    return 0


def _begin_apart(first: str, other: str) -> bool:
    """Whether two first characters already tell the texts apart, which saves a closer look in most cases."""
    return first != other and not first.isspace() and not other.isspace() and _base(first) != _base(other)


@lru_cache(maxsize=1 << 14)
def _base(sign: str) -> str:
    return unicodedata.normalize("NFD", sign)[:1]


def _flat(text: str) -> str:
    """A text with each run of spaces and line ends as one space, and composed letters."""
    composed = unicodedata.normalize("NFC", text)
    words = " ".join(composed.split())
    return f"{' ' * composed[:1].isspace()}{words}{' ' * (bool(words) and composed[-1:].isspace())}"


def _kinds_of(characters: Characters) -> Kinds:
    """What each character of a line is, as far as it decides where words begin and end."""
    present = np.zeros(ALL_CHARACTERS, dtype=bool)
    present[characters] = True
    kinds = np.full(ALL_CHARACTERS, OTHER, dtype=np.uint8)
    for character in np.flatnonzero(present):
        kinds[character] = _kind(int(character))
    return kinds[characters]


def _within_a_flag(kinds: Kinds) -> Flags:
    """Whether the place before each character divides two letters that make a flag together."""
    is_letter = kinds == FLAG
    if not is_letter.any():
        return is_letter
    places = np.arange(len(kinds))
    began = np.maximum.accumulate(np.where(is_letter, -1, places)) + 1
    return is_letter & ((places - began) % 2 == 1)


def _kind(character: int) -> int:
    sign = chr(character)
    category = unicodedata.category(sign)
    if character in SIGNS:
        return SIGNS[character]
    if category[0] == "M":
        return MARK
    if sign.isspace() or category == "Cc":
        return SPACE
    if category[0] not in "LN" and sign != "_":
        return OTHER
    return UNSPACED if any(character in signs for signs in WITHOUT_SPACES) else WORD
