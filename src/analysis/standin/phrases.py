"""The made-up sentences of the stand-in corpus, and how a text is put together from them.

A text remembers what each of its parts does, so that the coders of the stand-in corpus code what stands there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import numpy as np
import yaml

T = TypeVar("T")
Row = Mapping[str, str]
NOTHING = "-"
# Newcomers and hosts, as they are called here.
SPEAKERS = ("n", "h")
# How often a turn of a talk has a second sentence.
TAIL = 0.22
_GAP = re.compile(r"\{([a-z]+)(\d?)(?:\.([a-z]+))?\}")


@dataclass(frozen=True)
class Mark:
    """What the characters from start to end of a text do."""

    start: int
    end: int
    act: str


@dataclass(frozen=True)
class Said:
    """A text and what its parts do."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One turn of a talk: which side speaks, what it does, and its wordings."""

    side: str
    act: str
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Opening:
    """What a post starts from: what it does, its title, its text and the same in short in the other language."""

    act: str
    title: str
    text: str
    gloss: str


@dataclass(frozen=True)
class Topic:
    """A topic: posts of either side about it, and talks under such posts."""

    openings: Mapping[str, tuple[Opening, ...]]
    talks: tuple[tuple[Turn, ...], ...]


class Dice:
    """The few draws that the generator needs, from one seeded source."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator

    def chance(self, probability: float) -> bool:
        """Say yes with this probability."""
        return bool(self.generator.random() < probability)

    def pick(self, choices: Sequence[T]) -> T:
        """Take one of several, all alike."""
        return choices[int(self.generator.integers(len(choices)))]

    def pick_early(self, choices: Sequence[T], slope: float = 2.5) -> T:
        """Take one of several, the first ones far more often."""
        return choices[int(len(choices) * self.generator.random() ** slope)]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Take several different ones, in random order."""
        order = self.generator.permutation(len(choices))[:count]
        return [choices[int(place)] for place in order]


@dataclass
class Context:
    """What the gaps of a talk are filled with: drawn once, then the same in every turn."""

    dice: Dice
    rows: dict[str, Row] = field(default_factory=dict)

    def fill(self, wording: str) -> str:
        """Fill the gaps of a wording and mend what the filling broke."""
        filled = _GAP.sub(self._value, wording)
        if wording.startswith("{"):
            filled = filled[0].upper() + filled[1:]
        return re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", filled)

    def _value(self, gap: re.Match[str]) -> str:
        name, which, column = gap.groups()
        if name + which not in self.rows:
            taken = self.rows.get(name) if which else None
            choices = [row for row in material().fillers[name] if row is not taken]
            self.rows[name + which] = self.dice.pick(choices)
        row = self.rows[name + which]
        return row[column] if column else next(iter(row.values()))


@dataclass(frozen=True)
class Material:
    """Everything in phrases.yml, with names."""

    acts: Mapping[str, str]
    salience: Mapping[str, float]
    taken_for: Mapping[str, str]
    contested: tuple[str, ...]
    memos: tuple[str, ...]
    fillers: Mapping[str, tuple[Row, ...]]
    tags: Mapping[str, tuple[str, ...]]
    signs: tuple[str, ...]
    laughter: Mapping[str, tuple[str, ...]]
    descriptions: Mapping[str, tuple[str, ...]]
    tails: Mapping[str, tuple[Turn, ...]]
    reactions: Mapping[str, tuple[str, ...]]
    echoes: Mapping[str, tuple[Turn, ...]]
    asides: Mapping[str, tuple[tuple[Turn, ...], ...]]
    anywhere: tuple[str, ...]
    topics: Mapping[str, Topic]


@cache
def material() -> Material:
    """Read phrases.yml."""
    raw = yaml.safe_load(files(__package__).joinpath("phrases.yml").read_text(encoding="utf-8"))
    tails, echoes = ([_turn(turn) for turn in raw[name]] for name in ("tails", "echoes"))
    asides = [_talk(talk) for talk in raw["asides"]]
    return Material(
        acts=raw["acts"],
        salience=raw["salience"],
        taken_for=raw["taken_for"],
        contested=tuple(raw["contested"]),
        memos=tuple(raw["memos"]),
        fillers={name: _rows(filler) for name, filler in raw["fillers"].items()},
        tags=_tuples(raw["tags"]),
        signs=(*raw["stickers"], *raw["emoji"]),
        laughter=_tuples(raw["laughter"]),
        descriptions=_tuples(raw["descriptions"]),
        tails={side: tuple(tail for tail in tails if tail.side == side) for side in SPEAKERS},
        reactions=_tuples(raw["reactions"]),
        echoes={side: tuple(echo for echo in echoes if echo.side == side) for side in SPEAKERS},
        asides={side: tuple(talk for talk in asides if talk[0].side == side) for side in SPEAKERS},
        anywhere=tuple(raw["anywhere"]),
        topics={name: _topic(topic) for name, topic in raw["topics"].items()},
    )


def say(parts: Sequence[tuple[str, str]], *, offset: int = 0, between: str = " ") -> Said:
    """Put (what it does, text) parts together into one text; offset is where the text itself starts in its unit.

    >>> say([("", "Haha!"), ("asks", "Is it cold?")]).marks
    (Mark(start=6, end=17, act='asks'),)
    """
    marks, at = [], offset
    for act, text in parts:
        if act not in ("", NOTHING):
            marks.append(Mark(at, at + len(text), act))
        at += len(text) + len(between)
    return Said(between.join(text for _, text in parts), tuple(marks))


def dress(parts: list[tuple[str, str]], side: str, dice: Dice) -> Said:
    """Give what is said the looks of a comment: laughter before it, emoji after it, the last stop left out."""
    if side == "n" and dice.chance(0.15):
        parts = [(act, text.lower()) for act, text in parts]
    if dice.chance(0.35):
        act, text = parts[-1]
        parts = [*parts[:-1], (act, text.rstrip(".。"))]
    before = [("", dice.pick(material().laughter[side]))] if dice.chance(0.12) else []
    after = [("", dice.pick(material().signs) * (1 + dice.chance(0.2)))] if dice.chance(0.28) else []
    return say([*before, *parts, *after])


def react(side: str, context: Context, dice: Dice) -> Said:
    """Write a short reaction, or nothing but emoji and stickers."""
    if dice.chance(0.3):
        return say([("", "".join(dice.some(material().signs, int(dice.generator.integers(1, 4)))))])
    return dress([("", context.fill(dice.pick(material().reactions[side])))], side, dice)


def speak(turn: Turn, context: Context, dice: Dice, used: set[str], tail: float = TAIL) -> Said | None:
    """Write one turn of a talk in words not used yet, at times with a second sentence; None when all are used."""
    filled = [context.fill(wording) for wording in turn.wordings]
    fresh = [sentence for sentence in filled if sentence not in used]
    if not fresh:
        return None
    parts = [(turn.act, dice.pick(fresh))]
    if dice.chance(tail):
        second = dice.pick(material().tails[turn.side])
        parts.append((second.act, context.fill(dice.pick(second.wordings))))
    used.update(sentence for _, sentence in parts[:1])
    return dress(parts, turn.side, dice)


def _turn(raw: Sequence[str]) -> Turn:
    return Turn(raw[0], raw[1], tuple(map(str, raw[2:])))


def _talk(raw: Sequence[Sequence[str]]) -> tuple[Turn, ...]:
    return tuple(_turn(turn) for turn in raw)


def _topic(raw: Mapping[str, Any]) -> Topic:
    openings = {side: tuple(Opening(*[*opening, ""][:4]) for opening in raw[side]) for side in SPEAKERS}
    return Topic(openings, tuple(_talk(talk) for talk in raw["talks"]))


def _rows(filler: Mapping[str, Any]) -> tuple[Row, ...]:
    return tuple(dict(zip(filler["columns"], row, strict=True)) for row in filler["rows"])


def _tuples(raw: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in raw.items()}
