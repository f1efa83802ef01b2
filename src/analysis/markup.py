"""What in a text is no wording: tags, sticker codes, links, mentions, and what stands for something masked.

`tidied` defines it for one text, by regular expressions. `blank_markup` does the same to many texts at once, laid out
as code points, with a space for each code point that it takes off.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np

from analysis.code_points import CodePoints, Flags, Kinds, Positions, table_of

_ENDS_OF_MENTIONS = r",;:!?\u3000-\u303f\uff00-\uffef"
# In the order in which it is taken off: what the import put in the place of something masked, tags in brackets before
# stickers, links before mentions and tags.
_MARKUP = tuple(
    re.compile(pattern)
    for pattern in (
        r"‹[a-z ]{1,12}›",
        r"[#＃][^#＃\[\]\n]+\[[^\[\]\s]{1,8}\]#?",
        r"\[[^\[\]\s]{1,12}\]",
        r"(?:https?://|www\.)[!-~]+",
        rf"@[^\s@#＃{_ENDS_OF_MENTIONS}]+",
        r"[#＃]+[^\s#＃]*",
    )
)
# The same lengths and beginnings as in the patterns.
_LONGEST_MASKED, _LONGEST_IN_TAG, _LONGEST_STICKER = 12, 8, 12
_LINKS_BEGIN = ("http://", "https://", "www.")

# What a code point is to markup; some are several of these.
_HASH, _OPENS, _CLOSES, _NEWLINE, _WHITE, _AT, _ENDS_MENTION, _IN_LINK = (1 << bit for bit in range(8))
_SPACE, _KIND_OF_SPACE = ord(" "), _WHITE | _ENDS_MENTION
_LAST_WHITE = 0x3000


class _Spans(NamedTuple):
    """Stretches of the array that do not overlap: where each begins, and the place after its last code point."""

    begins: Positions
    ends: Positions


def tidied(text: str) -> str:
    """One text without markup, normalised (NFKC), with single spaces.

    Letters styled as mathematics, or full-width ones, then count as the letters they stand for.

    >>> tidied("Hello! #hi[topic]# [smileR] @ann see https://example.org 你好")
    'Hello! see 你好'
    """
    for markup in _MARKUP:
        text = markup.sub(" ", text)
    return with_single_spaces(text)


def with_single_spaces(text: str) -> str:
    """One text normalised (NFKC), with one space for each stretch of white space, and none at its ends."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def blank_markup(codes: CodePoints) -> None:
    """Put spaces in the place of all markup, in the array itself; it is laid out as in `code_points.LaidOut`."""
    kinds = _markup_kinds().take(codes)
    _blank(codes, kinds, _masked(codes))
    tags, stickers = _in_brackets(codes, kinds)
    _blank(codes, kinds, tags)
    _blank(codes, kinds, stickers)
    _blank(codes, kinds, _links(codes, kinds))
    _blank(codes, kinds, _from_sign(kinds, _AT, _ENDS_MENTION, least=2))
    _blank(codes, kinds, _from_sign(kinds, _HASH, _WHITE | _HASH, least=1))


def _blank(codes: CodePoints, kinds: Kinds, spans: _Spans) -> None:
    lengths = spans.ends - spans.begins
    before = np.cumsum(lengths) - lengths
    inside = np.arange(lengths.sum()) + np.repeat(spans.begins - before, lengths)
    codes[inside] = _SPACE
    kinds[inside] = _KIND_OF_SPACE


def _masked(codes: CodePoints) -> _Spans:
    opens, closes = np.flatnonzero(codes == ord("‹")), np.flatnonzero(codes == ord("›"))
    opens = opens[opens < closes[-1]] if len(closes) else closes
    closes = closes[np.searchsorted(closes, opens)]
    small = table_of("a-z ").view(np.bool_)
    found = _hold(small.take(codes), opens, closes, _LONGEST_MASKED) if len(opens) else np.zeros(0, np.bool_)
    return _Spans(opens[found], closes[found] + 1)


def _in_brackets(codes: CodePoints, kinds: Kinds) -> tuple[_Spans, _Spans]:
    """The tags with brackets, and what is in brackets as short as a sticker; these may lie within those."""
    at = np.flatnonzero((kinds & (_HASH | _OPENS | _CLOSES | _NEWLINE)) != 0)
    brackets = np.flatnonzero((kinds[at] & (_OPENS | _CLOSES)) != 0)
    opening, closing = kinds[at[brackets[:-1]]], kinds[at[brackets[1:]]]
    pairs = np.flatnonzero(((opening & _OPENS) != 0) & ((closing & _CLOSES) != 0))
    signs, opens, closes = at[brackets[pairs] - 1], at[brackets[pairs]], at[brackets[pairs + 1]]
    short = _hold((kinds & _WHITE) == 0, opens, closes, _LONGEST_STICKER)
    signs, opens, closes = signs[short], opens[short], closes[short]
    tagged = ((kinds[signs] & _HASH) != 0) & (opens - signs > 1) & (closes - opens <= _LONGEST_IN_TAG + 1)
    return _tags(codes, signs[tagged], closes[tagged]), _Spans(opens, closes + 1)


def _tags(codes: CodePoints, signs: Positions, closes: Positions) -> _Spans:
    """Of the tags from a sign to a bracket, with a sign behind it, those that begin at no sign of the tag before."""
    number, behind = np.arange(len(signs)), codes[closes + 1] == ord("#")
    shares_sign = np.zeros(len(signs), np.bool_)
    shares_sign[1:] = behind[:-1] & (signs[1:] == closes[:-1] + 1)
    # In a chain of tags that share signs, every other one finds its first sign already taken.
    first_of_chain = np.maximum.accumulate(np.where(shares_sign, 0, number))
    free = (number - first_of_chain) % 2 == 0
    return _Spans(signs[free], (closes + 1 + behind)[free])


def _hold(allowed: Flags, opens: Positions, closes: Positions, longest: int) -> Flags:
    """Which pairs have something between them, not longer than that, and only what is allowed there."""
    length = closes - opens - 1
    held: Flags = (length >= 1) & (length <= longest)
    for step in range(1, longest + 1):
        held &= allowed[np.minimum(opens + step, closes - 1)]
    return held


def _links(codes: CodePoints, kinds: Kinds) -> _Spans:
    found = [(_last_of(codes, literal), len(literal)) for literal in _LINKS_BEGIN]
    begins = np.concatenate([last - length + 1 for last, length in found])
    order = np.argsort(begins, kind="stable")
    begins, following = begins[order], np.concatenate([last + 1 for last, _ in found])[order]
    outside = np.flatnonzero((kinds & _IN_LINK) == 0) if len(begins) else begins
    ends = outside[np.searchsorted(outside, following)]
    begins, ends = begins[ends > following], ends[ends > following]
    ends, first = np.unique(ends, return_index=True)
    return _Spans(begins[first], ends)


def _last_of(codes: CodePoints, literal: str) -> Positions:
    """Where the last code point of each occurrence of a short text is."""
    at = np.flatnonzero(codes == ord(literal[-1]))
    for back, letter in enumerate(reversed(literal[:-1]), 1):
        at = at[codes[at - back] == ord(letter)]
    return at


def _from_sign(kinds: Kinds, sign: int, end: int, *, least: int) -> _Spans:
    """From each such sign to the next code point of a kind that ends it, where that is long enough.

    A sign ends what another began.
    """
    if not (kinds & sign).any():
        return _Spans(np.zeros(0, np.int64), np.zeros(0, np.int64))
    ends = np.flatnonzero((kinds & end) != 0)
    signs = np.flatnonzero((kinds[ends] & sign) != 0)
    begins, ends = ends[signs], ends[signs + 1]
    long = ends - begins >= least
    return _Spans(begins[long], ends[long])


@cache
def _markup_kinds() -> Kinds:
    white = "".join(chr(code) for code in range(_LAST_WHITE + 1) if chr(code).isspace())
    letters = {
        _HASH: "#＃",
        _OPENS: "[",
        _CLOSES: "]",
        _NEWLINE: "\n",
        _WHITE: white,
        _AT: "@",
        _ENDS_MENTION: f"@#＃,;:!?\u3000-\u303f\uff00-\uffef{white}",
        _IN_LINK: "!-~",
    }
    table = np.zeros_like(table_of())
    for kind, ranges in letters.items():
        table[table_of(ranges) > 0] |= kind
    return table
