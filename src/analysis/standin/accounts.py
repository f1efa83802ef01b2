"""The accounts of the stand-in corpus: who posts again and again, who posts now and then, and who only comments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import schema
from analysis.standin.margins import Margins
from analysis.standin.phrases import Context, Dice, Row, material

SOURCE = "stand-in"
SIDES = {"n": "newcomer", "h": "host"}
# Of a frame's posts so many accounts post now and then; and the share of hosts among these.
OCCASIONAL_PER_POST, HOSTS_AMONG_OCCASIONAL = 0.2, 0.3
# What an account keeps from one post to the next.
KEPT = {
    "n": ("state", "job", "age", "pet", "petname", "hobby", "years", "dish"),
    "h": ("city", "hostjob", "hostpet", "pet", "hobby", "years"),
}
# Newcomers joined in the week of the first posts; hosts have been there for years.
NEWCOMERS_JOINED_WITHIN, HOSTS_JOINED_WITHIN = 2 * 86_400, 6 * 365 * 86_400


@dataclass(frozen=True)
class Account:
    """An account: its side (n or h), how it describes itself and what it keeps."""

    creator_id: str
    side: str
    self_description: str
    rows: dict[str, Row]


@dataclass(frozen=True)
class People:
    """All accounts, by what they do."""

    regulars: tuple[Account, ...]
    occasional: tuple[Account, ...]
    audience: dict[str, tuple[Account, ...]]

    def table(self, writers: set[str]) -> pd.DataFrame:
        """The accounts that wrote something, as the canonical table."""
        everybody = (*self.regulars, *self.occasional, *self.audience["n"], *self.audience["h"])
        rows = [
            {
                "creator_id": one.creator_id,
                "side": SIDES[one.side],
                "self_description": one.self_description,
                "source": SOURCE,
            }
            for one in everybody
            if one.creator_id in writers
        ]
        table = pd.DataFrame(rows, columns=schema.TABLES["creators"].column_names)
        return schema.typed(table, "creators").sort_values("creator_id", ignore_index=True)


def make_people(margins: Margins, frame_posts: int, first_day: int, generator: np.random.Generator) -> People:
    """Make the accounts of a frame of so many posts; first_day is the Unix time at which the posts begin."""
    dice = Dice(generator)
    occasional = max(1, round(OCCASIONAL_PER_POST * frame_posts))
    hosts = round(HOSTS_AMONG_OCCASIONAL * occasional)

    def several(side: str, count: int) -> tuple[Account, ...]:
        return tuple(_accounts(side, count, first_day, dice))

    return People(
        regulars=several("n", margins.regulars),
        occasional=(*several("n", occasional - hosts), *several("h", hosts)),
        audience={"n": several("n", max(20, frame_posts // 3)), "h": several("h", max(60, round(1.5 * frame_posts)))},
    )


def identifiers(times: np.ndarray, generator: np.random.Generator) -> list[str]:
    """Identifiers of the platform's form: eight hexadecimal digits of Unix time, sixteen at random."""
    rest = generator.integers(0, 2**63, size=len(times), dtype=np.int64)
    return [f"{int(time):08x}{int(number):016x}" for time, number in zip(times, rest, strict=True)]


def _accounts(side: str, count: int, first_day: int, dice: Dice) -> Iterator[Account]:
    within = NEWCOMERS_JOINED_WITHIN if side == "n" else HOSTS_JOINED_WITHIN
    joined = first_day - dice.generator.integers(0, within, size=count)
    for creator_id in identifiers(joined, dice.generator):
        context = Context(dice)
        description = context.fill(dice.pick(material().descriptions[side]))
        context.fill("".join(f"{{{name}}}" for name in KEPT[side]))
        yield Account(creator_id, side, description, {name: context.rows[name] for name in KEPT[side]})
