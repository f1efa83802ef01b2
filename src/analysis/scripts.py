"""Scripts, their letters, and the tokens that letters make: the definition for one text.

`language.py` counts many texts at once and must find what `tokens_of` finds in each.
"""

import re
from collections.abc import Mapping
from functools import cache

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
# The scripts that share no letter.
SINGLE = tuple(script for script in SCRIPTS if script not in _COMPOUND)
# Scripts that set no space between words: each letter is taken for a word.
UNSPACED = ("Han", "Kana", "Japanese", "Thai")
# One of these between two letters joins them in one word.
JOINERS = "'’-"
# Units of counting, and whether each letter is one.
TOKEN_UNITS = {"word": False, "character": True}


def letters_of(script: str) -> str:
    """The letters of a script. Raises `StudyError` when the script is not known here."""
    if script not in SCRIPTS:
        raise StudyError(
            f"'{script}' is not a script known here.{nearest(script, SCRIPTS)} Known: {', '.join(SCRIPTS)}."
        )
    return SCRIPTS[script]


def parts_of(script: str) -> tuple[str, ...]:
    """The single scripts that a script is written with.

    >>> parts_of("Japanese")
    ('Han', 'Kana')
    """
    return _COMPOUND.get(script, (script,))


def are_letters(token_unit: str) -> bool:
    """Whether each letter is a token. Raises `StudyError` for a unit that is not known here."""
    if token_unit not in TOKEN_UNITS:
        raise StudyError(f"token_unit: '{token_unit}' is not one of {', '.join(TOKEN_UNITS)}.")
    return TOKEN_UNITS[token_unit]


def tokens_of(tidied: str, sides: Mapping[str, Side], token_unit: str) -> list[str]:
    """The tokens of one tidied text in order, each by the side in whose script it is, or as `other`.

    With `word`, a run of letters of one script is a token, in a script without spaces each letter; with `character`,
    each letter in any script. Raises `StudyError` for a script or a unit that is not known here.

    >>> sides = {"newcomer": Side("guests", "en", "English", "Latin"), "host": Side("hosts", "zh", "Chinese", "Han")}
    >>> tokens_of("I don't like 茶 привет", sides, "word")
    ['newcomer', 'newcomer', 'newcomer', 'host', 'other']
    """
    pattern = _any_token(tuple((name, side.script) for name, side in sides.items()), token_unit)
    return [str(found.lastgroup) for found in pattern.finditer(tidied)]


@cache
def _any_token(scripts: tuple[tuple[str, str], ...], token_unit: str) -> re.Pattern[str]:
    written = {part for _, script in scripts for part in parts_of(script)}
    elsewhere = [_token(script, token_unit) for script in SINGLE if script not in written]
    tokens = [(name, _token(script, token_unit)) for name, script in scripts]
    tokens.append(("other", "|".join(elsewhere)))
    return re.compile("|".join(f"(?P<{name}>{token})" for name, token in tokens))


def _token(script: str, token_unit: str) -> str:
    letter = f"[{letters_of(script)}]"
    if are_letters(token_unit) or script in UNSPACED:
        return letter
    return f"{letter}+(?:[{JOINERS}]{letter}+)*"
