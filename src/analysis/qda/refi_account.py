"""What a reader of the exchange format could not keep and what it mended, and how it reads single values."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from analysis.qda.project import Loss, Repair
from analysis.qda.xml import INSTANCE, Element, attributes_of, local, local_name

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLOUR = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})")
FIRST_YEAR = 1900
LONGEST_EXAMPLE = 60
AROUND = "{} \t\r\n"
# What the standard has and the canonical tables do not, in words.
MEANING = {
    "basePath": "where the project's files stood",
    "creatingUser": "who made it",
    "creatingUserGUID": "who made it",
    "creationDateTime": "when it was made",
    "currentPath": "where its file stood",
    "id": "short name",
    "modifiedDateTime": "when it was changed last",
    "modifyingUser": "who changed it last",
    "modifyingUserGUID": "who changed it last",
    "name": "its name",
    "richTextPath": "its text with formatting",
}
# Where a file stood tells the name of whoever owned the machine.
UNTOLD = {"basePath", "currentPath"}


@dataclass
class Account:
    """What could not be kept and what was mended, each told once with how often it was met."""

    _lost: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, str] = field(default_factory=dict)
    _mended: Counter[str] = field(default_factory=Counter)
    _first: dict[str, str] = field(default_factory=dict)

    def lose(self, what: str, example: str = "") -> None:
        """Count something that has no place in the canonical tables."""
        self._lost[what] += 1
        if example and what not in self._examples:
            self._examples[what] = _shortened(example)

    def mend(self, told: str, where: str) -> None:
        """Tell what was wrong and what was made of it."""
        self._mended[told] += 1
        self._first.setdefault(told, where)

    def lose_attributes(self, element: Element, kept: frozenset[str]) -> None:
        """Count the attributes of an element that are not read."""
        for name, what in _unread(element.tag, tuple(element.keys()), kept):
            self._lost[what] += 1
            if what not in self._examples:
                self._examples[what] = "" if name in UNTOLD else _shortened(str(element.get(name)))

    def lose_element(self, element: Element) -> None:
        """Count an element that is not read, with all that is in it."""
        parent = element.getparent()
        above = "" if parent is None else f"{local(parent)}/"
        self.lose(f"{above}{local(element)}", element.get("name") or element.text or "")

    @property
    def lost(self) -> list[Loss]:
        """What could not be kept, by name."""
        return [Loss(what, self._lost[what], self._examples.get(what, "")) for what in sorted(self._lost)]

    @property
    def repairs(self) -> list[Repair]:
        """What was mended, in the order in which it was first met."""
        return [Repair(self._where(told), told) for told in self._mended]

    def _where(self, told: str) -> str:
        others = self._mended[told] - 1
        return f"{self._first[told]} and {others:,} more" if others else self._first[told]

    def taken(self, element: Element, kept: frozenset[str]) -> dict[str, str]:
        """An element's attributes, those that are not read being counted."""
        attributes = attributes_of(element)
        self.lose_attributes(element, kept)
        return attributes

    def guid_of(self, element: Element) -> str:
        """The identifier of an element; one made from its place where it has none."""
        found = guid(element.get("guid"))
        if found and not GUID.fullmatch(found):
            self.mend("the GUID is none by the standard; it is taken as it stands", f"{local(element)} {found}")
        if not found:
            place = str(element.getroottree().getpath(element))
            found = derived(place, element.get("name", ""))
            self.mend("has no GUID; it is given one", f"{local(element)} '{element.get('name', '')}'")
        return found

    def whole(self, text: str | None, what: str, where: str) -> int | None:
        """A whole number; None where there is none, which is told."""
        try:
            return int(text or "")
        except ValueError:
            self.mend(f"{what} is no whole number: what was coded there is left out", where)
            return None

    def when(self, text: str | None, where: str) -> datetime | None:
        """A time in UTC; missing where it is no time, which is told."""
        if not text:
            return None
        time, trouble = _time(text)
        if trouble:
            self.mend(trouble, where)
        return time

    def colour(self, text: str | None, where: str) -> str | None:
        """A colour such as #4e79a7; missing where it is none, which is told."""
        if not text:
            return None
        found = COLOUR.fullmatch(text.strip().lower())
        if not found:
            self.mend("the colour is not written as #RRGGBB or #RGB; it is left out", f"{where}, '{text}'")
            return None
        digits = found[1]
        return "#" + (digits if len(digits) > 3 else "".join(2 * digit for digit in digits))  # noqa: PLR2004


def guid(text: str | None) -> str:
    """An identifier without braces and in small letters, as programs differ in both."""
    return text.strip(AROUND).lower() if text else ""


def derived(identifier: str, *words: str) -> str:
    """The identifier of what belongs to something else and has none of its own, or not one that is unique."""
    return str(uuid5(NAMESPACE_URL, "\n".join((identifier, *words))))


def _shortened(example: str) -> str:
    return " ".join(example.split())[:LONGEST_EXAMPLE]


@lru_cache(maxsize=1 << 10)
def _unread(element: str, attributes: tuple[str, ...], kept: frozenset[str]) -> list[tuple[str, str]]:
    """The attributes that are not read, each with what it means: elements of a kind mostly have the same."""
    names = [name for name in attributes if name not in kept and not name.startswith(INSTANCE)]
    return [(name, _meant(element, name)) for name in names]


@lru_cache(maxsize=1 << 10)
def _meant(element: str, attribute: str) -> str:
    """An attribute as a user can find it, and what it says."""
    element, attribute = local_name(element), local_name(attribute)
    return f"{element}/@{attribute}" + (f" ({MEANING[attribute]})" if attribute in MEANING else "")


@lru_cache(maxsize=1 << 12)
def _time(text: str) -> tuple[datetime | None, str]:
    """A time in UTC, and what was wrong with how it is written."""
    try:
        time = datetime.fromisoformat(text.strip())
        if time.tzinfo is None:
            return time.replace(tzinfo=UTC), "the time names no zone; it is taken as UTC"
        time = time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, "the time is none by the standard; it is left out"
    # Some programs write the year 1 where they know of no time.
    return (time, "") if time.year >= FIRST_YEAR else (None, "the time is that of a program which knew none; left out")
