"""The language in which results are told: every text that our own code shows goes through `say`.

Results are written in one language, the source. A wording holds what each text is in another: by the text itself,
its numbers left open ("{1} of {2} rows"), or by a pattern whose names stand for words of the data ("no {word} here").
"""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")
NAMED = re.compile(r"\{[a-z]+\}")
# A name, what its number is multiplied by, and the units in which it is then told.
PLACE = re.compile(r"\{(\w+)(?:\*(\d+)(?: (\w+)\|(\w+))?)?\}")
# How many of the first unit make one of the second.
MYRIAD = 10_000
# Scripts from here on are not those of the source.
FIRST_OF_THE_EAST = "\u2e80"
# Between the words of a list in one cell.
BETWEEN = "; "
# What tells a unit behind a value from the same word elsewhere.
UNIT = "unit"
LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True)
class Wording:
    """What texts are called in a language; `source` is the language that they are written in."""

    language: str
    source: str
    told: Mapping[str, str]

    @cached_property
    def patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The entries that leave words open, the most telling first."""
        named = sorted((key for key in self.told if NAMED.search(key)), key=lambda key: (-len(PLACE.sub("", key)), key))
        return [(_as_pattern(key), self.told[key]) for key in named if self.told[key]]

    def find(self, text: str) -> str | None:
        """A text in this language; None where it has no entry."""
        key, numbers = open_numbers(text)
        if self.told.get(key):
            return _filled(self.told[key], numbers)
        for pattern, told in self.patterns:
            if found := pattern.fullmatch(text):
                words = {name: self.find(word) or word for name, word in found.groupdict().items()}
                return _filled(told, words)
        return self._find_each(text)

    def _find_each(self, text: str) -> str | None:
        """A list of which every word has an entry, such as the names of codes in one cell."""
        found = [self.find(word) for word in text.split(BETWEEN)] if BETWEEN in text else [None]
        told = [word for word in found if word]
        return (self.told.get(BETWEEN) or BETWEEN).join(told) if len(told) == len(found) else None


AS_WRITTEN = Wording("", "", {})
_spoken: ContextVar[Wording] = ContextVar("spoken", default=AS_WRITTEN)


def say(text: str, about: str = "") -> str:
    """A text of our own in the language that is spoken; as it is where it has no entry.

    `about` tells a word from the same word elsewhere: its entry is "about: text".
    """
    return _spoken.get().find(f"{about}: {text}" if about else text) or text


def say_html(text: str) -> str:
    """The same, escaped; what stays in the source's language is marked so."""
    spoken = _spoken.get()
    told = spoken.find(text)
    if told or not spoken.language or not LETTERS.search(text) or max(text) >= FIRST_OF_THE_EAST:
        return html.escape(told or text)
    return f'<span lang="{spoken.source}">{html.escape(text)}</span>'


def say_unit(unit: str, value: str) -> str:
    """The unit behind a value, escaped; some languages have other words there, and no space behind their own signs.

    >>> with speaking(Wording("zh_CN", "en", {"unit: posts": "篇", "{1} million": "{1*100} 万"})):
    ...     say_unit("posts", "40"), say_unit("posts", "3 million")
    (' 篇', '篇')
    """
    told = say(unit, UNIT)
    gap = "" if told != unit and say(value)[-1] >= FIRST_OF_THE_EAST else " "
    return gap + (say_html(unit) if told == unit else html.escape(told))


@contextmanager
def speaking(wording: Wording) -> Iterator[None]:
    """Speak a language for a while."""
    token = _spoken.set(wording)
    try:
        yield
    finally:
        _spoken.reset(token)


def speak(wording: Wording) -> None:
    """Speak a language from now on."""
    _spoken.set(wording)


def open_numbers(text: str) -> tuple[str, dict[str, str]]:
    """A text with a numbered place for each number, and the numbers.

    >>> open_numbers("The first 250 of 1,204 rows.")
    ('The first {1} of {2} rows.', {'1': '250', '2': '1,204'})
    """
    numbers: dict[str, str] = {}

    def put(found: re.Match[str]) -> str:
        numbers[str(len(numbers) + 1)] = found[0]
        return f"{{{len(numbers)}}}"

    return NUMBER.sub(put, text), numbers


def _as_pattern(key: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", key)
    return re.compile("".join(_open(part) if PLACE.fullmatch(part) else re.escape(part) for part in parts), re.DOTALL)


def _open(place: str) -> str:
    name = place[1:-1]
    # A group of a pattern cannot be called by a number.
    return rf"(?P<n{name}>{NUMBER.pattern})" if name.isdigit() else f"(?P<{name}>.+?)"


def _filled(told: str, words: Mapping[str, str]) -> str:
    """An entry with its places filled, its numbers as languages need them that count otherwise.

    `{1*100}` is the number times so much; `{1*100 a|b}` tells it in the unit a, or in b, which is ten thousand of a.

    >>> _filled("{1*100 wan|yi}", {"1": "25.4"}), _filled("{1*100 wan|yi}", {"1": "347.2"})
    ('2540 wan', '3.472 yi')
    """

    def put(found: re.Match[str]) -> str:
        name, times, unit, larger = found.groups()
        word = words[name] if name in words else words[f"n{name}"]
        if not times:
            return word
        number = float(word.replace(",", "")) * int(times)
        if larger and number >= MYRIAD:
            number, unit = number / MYRIAD, larger
        return f"{number:.12g} {unit}" if unit else f"{number:.12g}"

    return PLACE.sub(put, told)
