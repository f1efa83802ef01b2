"""How the coders of the stand-in changed their codebook between the rounds, and what they had given before that."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd
import yaml

from analysis import schema
from analysis.standin.phrases import Dice

# The round from which on the changes hold.
FROM_ROUND = 2


@dataclass(frozen=True)
class MadeUp:
    """A change that the coders made, so many hours after they began; `share` is how much had been given before it."""

    change: str
    code_id: str
    becomes: tuple[str, ...]
    share: float
    by: str
    hours: int
    why: str


def made_up(codebook: pd.DataFrame) -> list[MadeUp]:
    """The changes that led to this codebook; none to one of other codes."""
    codes = set(codebook["code_id"])
    return [change for change in _written() if codes.issuperset(change.becomes or (change.code_id,))]


def history_table(changes: list[MadeUp], begins: pd.Timestamp) -> pd.DataFrame:
    """The changes as the canonical table; `begins` is the first day after the month of collection."""
    rows = [
        {
            "change_id": f"h{number}",
            "round": FROM_ROUND,
            "change": change.change,
            "code_id": change.code_id,
            "becomes": " ".join(change.becomes) or None,
            "by": change.by,
            "decided_at": (begins + pd.Timedelta(hours=change.hours)).isoformat(),
            "why": change.why,
        }
        for number, change in enumerate(changes, start=1)
    ]
    return schema.typed(pd.DataFrame(rows, columns=schema.TABLES["history"].column_names), "history")


def given_before(codings: pd.DataFrame, changes: list[MadeUp], dice: Dice) -> pd.DataFrame:
    """Put the earlier codes in place of those that they became, in the codings of the rounds before the change."""
    code_ids = codings["code_id"].copy()
    for change in changes:
        places = code_ids.index[(codings["round"] < FROM_ROUND) & code_ids.isin(change.becomes)]
        for place in places:
            if dice.chance(change.share):
                code_ids[place] = change.code_id
    return codings.assign(code_id=code_ids)


@cache
def _written() -> list[MadeUp]:
    raw = yaml.safe_load(files(__package__).joinpath("changes.yml").read_text(encoding="utf-8"))
    return [MadeUp(**{**entry, "becomes": tuple(entry["becomes"])}) for entry in raw]
