"""Which language a text is in, told by the script it is written in.

A text is tidied of tags, sticker codes, links and mentions, and its words are counted by script. The rule is as
good as the scripts are apart: it knows two sides by their scripts, and takes every Latin word for the language of
the side that writes Latin.
"""

import re
from collections.abc import Mapping

import pandas as pd

from analysis.computable import CannotCompute, NotComputable, computable
from analysis.errors import StudyError, nearest
from analysis.settings import Side

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff"
# The letters of each script, as ranges of a regular expression.
SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
    "Han": _HAN,
    "Kana": _KANA,
    "Japanese": _HAN + _KANA,
    "Hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "Cyrillic": "\u0400-\u0481\u048a-\u052f",
    "Arabic": "\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff",
    "Greek": "\u0370-\u037d\u0386-\u03ff\u1f00-\u1fff",
    "Hebrew": "\u05d0-\u05ea\u05ef-\u05f2",
    "Thai": "\u0e01-\u0e3a\u0e40-\u0e4e",
    "Devanagari": "\u0900-\u0963\u0971-\u097f",
}
_COMPOUND = {"Japanese": ("Han", "Kana")}
# Scripts that set no space between words: each letter is taken for a word.
UNSPACED = ("Han", "Kana", "Japanese", "Thai")
# What ISO 639 calls a language that nobody has determined.
UNDETERMINED = "und"
# Units of counting, and whether each letter is one.
TOKEN_UNITS = {"word": False, "character": True}

# Markup in the order in which it is taken off: what the import put in the place of something masked, tags in brackets
# before stickers, links before mentions and tags.
_MARKUP = (
    r"‹[a-z ]{1,12}›",
    r"[#＃][^#＃\[\]\n]+\[[^\[\]\s]{1,8}\]#?",
    r"\[[^\[\]\s]{1,12}\]",
    r"(?:https?://|www\.)[!-~]+",
    r"@[^\s@#＃,;:!?\u3000-\u303f\uff00-\uffef]+",
    r"[#＃]+[^\s#＃]*",
)


def plain(texts: pd.Series) -> pd.Series:
    """Texts without tags, sticker codes, links and mentions; a missing text is empty.

    >>> plain(pd.Series(["Hello! #hi[topic]# [smileR] @ann see https://example.org 你好"])).tolist()
    ['Hello! see 你好']
    """
    tidied = texts.astype("object").where(texts.notna(), "").astype("str")
    for markup in _MARKUP:
        tidied = tidied.str.replace(markup, " ", regex=True)
    # Letters styled as mathematics, or full-width ones, count as the letters they stand for.
    return tidied.str.normalize("NFKC").str.replace(r"\s+", " ", regex=True).str.strip()


def wording(posts: pd.DataFrame) -> pd.Series:
    """Title and text of each post as one text; empty where it has neither."""
    return posts["title"].fillna("") + "\n" + posts["text"].fillna("")


def count_tokens(texts: pd.Series, sides: Mapping[str, Side], token_unit: str) -> pd.DataFrame:
    """Count each text's tokens by side, and those in no side's script as `other`.

    With `word`, a run of letters is a token, in a script without spaces each letter; with `character`, each letter
    in any script. Raises `CannotCompute` where the sides' scripts cannot tell them apart.
    """
    _must_differ(sides)
    tidied = plain(texts)
    counted = {name: tidied.str.count(_token(side.script, token_unit)) for name, side in sides.items()}
    in_others = [tidied.str.count(_token(script, token_unit)) for script in _elsewhere(sides)]
    return pd.DataFrame({**counted, "other": pd.concat(in_others, axis=1).sum(axis=1)}, index=texts.index)


def sides_of_tokens(texts: pd.Series, sides: Mapping[str, Side], token_unit: str) -> pd.Series:
    """List for each text its tokens in order, each by the side in whose script it is, or as `other`.

    Raises `CannotCompute` where the sides' scripts cannot tell them apart.

    >>> sides = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
    >>> sides_of_tokens(pd.Series(["I love 茶 привет"]), sides, "word").tolist()
    [['newcomer', 'newcomer', 'host', 'other']]
    """
    _must_differ(sides)
    tokens = {name: _token(side.script, token_unit) for name, side in sides.items()}
    tokens["other"] = "|".join(_token(script, token_unit) for script in _elsewhere(sides))
    pattern = re.compile("|".join(f"(?P<{name}>{token})" for name, token in tokens.items()))
    return plain(texts).map(lambda text: [str(found.lastgroup) for found in pattern.finditer(text)])


@computable
def language_of(texts: pd.Series, sides: Mapping[str, Side]) -> pd.Series:
    """The language of each text: a side's code, `mixed`, `other` or, without a single word, `none`.

    >>> sides = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
    >>> language_of(pd.Series(["Hello", "你好", "Hello 你好", "привет", "😊 100"]), sides).tolist()
    ['en', 'zh', 'mixed', 'other', 'none']
    """
    present = count_tokens(texts, sides, "word") > 0
    language = pd.Series("mixed", index=texts.index, dtype="str")
    codes = {name: side.language for name, side in sides.items()} | {"other": "other"}
    for name, code in codes.items():
        only = present[name] & ~present.drop(columns=name).any(axis=1)
        language = language.mask(only, code)
    return language.mask(~present.any(axis=1), "none")


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
    parts = [part for side in sides.values() for part in _parts(side.script)]
    return len(parts) == len(set(parts))


def undetermined(script: str) -> str:
    """The code of a language of which only the script is known.

    >>> undetermined("Latin")
    'und-Latin'
    """
    return f"{UNDETERMINED}-{script}"


def letters_of(script: str) -> str:
    """The letters of a script. Raises `StudyError` when the script is not known here."""
    if script not in SCRIPTS:
        raise StudyError(
            f"'{script}' is not a script known here.{nearest(script, SCRIPTS)} Known: {', '.join(SCRIPTS)}."
        )
    return SCRIPTS[script]


def _token(script: str, token_unit: str) -> str:
    if token_unit not in TOKEN_UNITS:
        raise StudyError(f"token_unit: '{token_unit}' is not one of {', '.join(TOKEN_UNITS)}.")
    letter = f"[{letters_of(script)}]"
    if TOKEN_UNITS[token_unit] or script in UNSPACED:
        return letter
    return f"{letter}+(?:['’-]{letter}+)*"


def _parts(script: str) -> tuple[str, ...]:
    return _COMPOUND.get(script, (script,))


def _elsewhere(sides: Mapping[str, Side]) -> list[str]:
    """The scripts that neither side writes."""
    written = {part for side in sides.values() for part in _parts(side.script)}
    return [script for script in SCRIPTS if script not in _COMPOUND and script not in written]


def _must_differ(sides: Mapping[str, Side]) -> None:
    if not are_told_apart(sides):
        scripts = [side.script for side in sides.values()]
        raise CannotCompute(f"the sides' scripts ({' and '.join(scripts)}) cannot tell their languages apart")
