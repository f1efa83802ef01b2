"""The index by which the evidence browser finds words, in parts of which a search loads only those that it needs.

A run of letters is a word, without capitals and accents. A script that puts no space between words is cut into pairs of
neighbouring signs, so that any part of a run is found. `evidence-words.js` cuts what is searched for in the same way: a
change here is a change there.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

# Thai and Lao, Burmese, Khmer, Kana, Han.
SIGNS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{SIGNS}]+|(?:(?![{SIGNS}])[^\W_])+")
_IS_SIGNS = re.compile(rf"[{SIGNS}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
POSTINGS_A_PART, FEWEST_PARTS, MOST_PARTS = 2_500, 4, 256


def tokens(text: str) -> set[str]:
    """What a text can be found by.

    >>> sorted(tokens("The café's 英语角!"))
    ['cafe', 's', 'the', '英语', '角', '语角']
    """
    return {token for run in _RUN.findall(folded(text)) for token in _cut(run)}


def folded(text: str) -> str:
    """A text without capitals, accents and full-width forms."""
    taken_apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", taken_apart))


def _cut(run: str) -> Iterable[str]:
    """A word as it is; a run of signs as its pairs, and its last sign, which begins no pair."""
    if not _IS_SIGNS.match(run):
        return [run]
    return [run[at : at + 2] for at in range(len(run))]


def key_of(token: str) -> str:
    """What decides in which part a token is: its beginning, so that all words that begin alike are together."""
    return token[0] if _IS_SIGNS.match(token) else token[:2]


def part_of(key: str, parts: int) -> int:
    """The part in which a key is, the same in every language and on every machine."""
    number = 0
    for sign in key:
        number = (number * 31 + ord(sign)) & 0xFFFFFFFF
    return number % parts


def parts_of(texts: Iterable[str]) -> list[dict[str, list[int]]]:
    """For each part, its tokens and the rows that hold them, each row as its distance from the one before."""
    places: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        for token in tokens(text):
            places[token].append(row)
    count = sum(map(len, places.values()))
    return spread(
        {token: _distances(rows) for token, rows in places.items()},
        min(MOST_PARTS, max(FEWEST_PARTS, count // POSTINGS_A_PART)),
    )


def spread(entries: Mapping[str, list[int]], parts: int) -> list[dict[str, list[int]]]:
    """Entries put into their parts, in order."""
    made: list[dict[str, list[int]]] = [{} for _ in range(parts)]
    for token in sorted(entries):
        made[part_of(key_of(token), parts)][token] = entries[token]
    return made


def _distances(rows: list[int]) -> list[int]:
    return [row - before for row, before in zip(rows, [0, *rows], strict=False)]
