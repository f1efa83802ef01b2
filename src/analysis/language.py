"""Which language a text is in, told by the script it is written in.

A text is tidied of tags, sticker codes, links and mentions (`markup.tidied`), and its words are counted by script
(`scripts.tokens_of`). The rule is as good as the scripts are apart: it knows two sides by their scripts, and takes
every Latin word for the language of the side that writes Latin.

Those two functions define it for one text. Here many texts are counted at once, end to end as code points, in chunks
that bound the memory.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

import numpy as np
import pandas as pd

from analysis.code_points import (
    UNSETTLED,
    Kinds,
    LaidOut,
    Positions,
    are_begins,
    in_chunks,
    kinds_of,
    lay_out,
    normalised_token_kinds,
    texts_in,
    token_kinds,
)
from analysis.computable import CannotCompute, NotComputable, computable
from analysis.markup import blank_markup, with_single_spaces
from analysis.scripts import SINGLE, are_letters, parts_of
from analysis.settings import UNDETERMINED, Side

OTHER = "other"
_NO_TOKEN = 255
_ROWS_AT_ONCE = 1 << 16


def plain(texts: pd.Series) -> pd.Series:
    """Texts without tags, sticker codes, links and mentions; a missing text is empty.

    >>> plain(pd.Series(["Hello! #hi[topic]# [smileR] @ann see https://example.org 你好"])).tolist()
    ['Hello! see 你好']
    """
    tidied = [with_single_spaces(text) for laid in _without_markup(texts) for text in texts_in(laid)]
    return pd.Series(tidied, index=texts.index, name=texts.name, dtype="str")


def wording(posts: pd.DataFrame) -> pd.Series:
    """Title and text of each post as one text; empty where it has neither."""
    return posts["title"].fillna("") + "\n" + posts["text"].fillna("")


def count_tokens(texts: pd.Series, sides: Mapping[str, Side], token_unit: str) -> pd.DataFrame:
    """Count each text's tokens by side, and those in no side's script as `other`.

    With `word`, a run of letters is a token, in a script without spaces each letter; with `character`, each letter
    in any script. Raises `CannotCompute` where the sides' scripts cannot tell them apart.
    """
    names = [*sides, OTHER]
    counted = np.zeros((len(names), len(texts)), np.int64)
    for found in _tagged(texts, sides, token_unit):
        for number, of_side in enumerate(counted):
            of_side[found.rows] = np.add.reduceat((found.tags == number).view(np.uint8), found.begins, dtype=np.int32)
    return pd.DataFrame(dict(zip(names, counted, strict=True)), index=texts.index)


def sides_of_tokens(texts: pd.Series, sides: Mapping[str, Side], token_unit: str) -> pd.Series:
    """List for each text its tokens in order, each by the side in whose script it is, or as `other`.

    Raises `CannotCompute` where the sides' scripts cannot tell them apart.

    >>> sides = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
    >>> sides_of_tokens(pd.Series(["I love 茶 привет"]), sides, "word").tolist()
    [['newcomer', 'newcomer', 'host', 'other']]
    """
    names = np.array([*sides, OTHER], object)
    listed = np.empty(len(texts), object)
    for found in _tagged(texts, sides, token_unit):
        at = np.flatnonzero(found.tags != _NO_TOKEN)
        tokens = names[found.tags[at]].tolist()
        limits = [*np.searchsorted(at, found.begins).tolist(), len(at)]
        for row, (first, end) in zip(found.rows.tolist(), pairwise(limits), strict=True):
            listed[row] = tokens[first:end]
    return pd.Series(listed, index=texts.index, name=texts.name)


@computable
def language_of(texts: pd.Series, sides: Mapping[str, Side]) -> pd.Series:
    """The language of each text: a side's code, `mixed`, `other` or, without a single word, `none`.

    >>> sides = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
    >>> language_of(pd.Series(["Hello", "你好", "Hello 你好", "привет", "😊 100"]), sides).tolist()
    ['en', 'zh', 'mixed', 'other', 'none']
    """
    present = count_tokens(texts, sides, "word").to_numpy() > 0
    languages = np.array([*(side.language for side in sides.values()), OTHER, "none", "mixed"], object)
    how_many = present.sum(axis=1)
    which = np.where(how_many == 1, present.argmax(axis=1), np.where(how_many == 0, -2, -1))
    return pd.Series(languages[which], index=texts.index, dtype="str")


def with_languages(table: pd.DataFrame, texts: pd.Series, sides: Mapping[str, Side]) -> pd.DataFrame:
    """Fill in the languages that a table lacks, by script; they stay missing where scripts do not tell."""
    told = language_of(texts, sides)
    return table if isinstance(told, NotComputable) else table.assign(language=table["language"].fillna(told))


@computable
def share_of(texts: pd.Series, side: str, token_unit: str, sides: Mapping[str, Side]) -> pd.Series:
    """The share of each text's tokens that are in one side's script; missing for a text without words.

    >>> sides = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
    >>> texts = pd.Series(["We love 茶", "😊"])
    >>> share_of(texts, "newcomer", "word", sides).round(3).tolist()
    [0.667, nan]
    >>> share_of(texts, "newcomer", "character", sides).round(3).tolist()
    [0.857, nan]
    """
    counted = count_tokens(texts, sides, token_unit)
    total = counted.sum(axis=1)
    return counted[side] / total.where(total > 0)


def are_told_apart(sides: Mapping[str, Side]) -> bool:
    """Whether the sides' scripts have no letter in common, so that they can tell their languages apart."""
    parts = [part for side in sides.values() for part in parts_of(side.script)]
    return len(parts) == len(set(parts))


def undetermined(script: str) -> str:
    """The code of a language of which only the script is known.

    >>> undetermined("Latin")
    'und-Latin'
    """
    return f"{UNDETERMINED}-{script}"


class _Found(NamedTuple):
    """The tokens of some texts laid end to end.

    Which texts these are, where each begins, and for each code point the number of the side whose token begins there.
    """

    rows: Positions
    begins: Positions
    tags: Kinds


def _tagged(texts: pd.Series, sides: Mapping[str, Side], token_unit: str) -> Iterator[_Found]:
    """The tokens of all texts, chunk by chunk; after each chunk once more of the texts that had to be normalised.

    What is told of a text the second time takes the place of the first.
    """
    _must_differ(sides)
    of_letters, numbers = are_letters(token_unit), _numbers_of_sides(sides)
    first = 0
    for laid in _without_markup(texts):
        kinds = token_kinds(laid.codes)
        yield _Found(np.arange(len(laid.begins)) + first, laid.begins, _tags(kinds, numbers, of_letters=of_letters))
        unsettled = np.flatnonzero(kinds == UNSETTLED)
        if len(unsettled):
            rows = np.unique(np.searchsorted(laid.begins, unsettled, side="right")) - 1
            again = lay_out([normalize("NFKC", text) for text in texts_in(laid, rows)])
            tags = _tags(normalised_token_kinds(again.codes), numbers, of_letters=of_letters)
            yield _Found(rows + first, again.begins, tags)
        first += len(laid.begins)


def _tags(kinds: Kinds, numbers: Kinds, *, of_letters: bool) -> Kinds:
    # One less than a flag is 0 where a token begins, and `_NO_TOKEN` elsewhere.
    return numbers.take(kinds) | (are_begins(kinds, of_letters=of_letters).view(np.uint8) - np.uint8(1))


def _numbers_of_sides(sides: Mapping[str, Side]) -> Kinds:
    """The number of the side that writes each kind of code point; the letters of no side have the next number."""
    numbers = np.full(256, _NO_TOKEN, np.uint8)
    for script in SINGLE:
        numbers[kinds_of(script)] = len(sides)
    for number, side in enumerate(sides.values()):
        numbers[kinds_of(side.script)] = number
    return numbers


def _without_markup(texts: pd.Series) -> Iterator[LaidOut]:
    for first in range(0, len(texts), _ROWS_AT_ONCE):
        for chunk in in_chunks(_written(texts.iloc[first : first + _ROWS_AT_ONCE])):
            laid = lay_out(chunk)
            blank_markup(laid.codes)
            yield laid


def _written(texts: pd.Series) -> list[str]:
    """Texts of any type as strings; a missing one is empty."""
    values = texts.to_numpy(dtype=object)
    return [text if isinstance(text, str) else str(text) for text in np.where(texts.isna(), "", values).tolist()]


def _must_differ(sides: Mapping[str, Side]) -> None:
    if not are_told_apart(sides):
        scripts = [side.script for side in sides.values()]
        raise CannotCompute(f"the sides' scripts ({' and '.join(scripts)}) cannot tell their languages apart")
