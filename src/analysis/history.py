"""How the codebook came about: each change between two rounds, and what it makes of the codings before it.

Codings of an earlier round were given by an earlier codebook. What was renamed, moved or merged since then is carried
over; what was removed goes; which part of a split code a coding belongs to nobody but a reader can say.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import NotComputable, computable, need
from analysis.errors import TableError
from analysis.schema import codes_in

# How many codes take a code's place after each change, at least and at most; None means any number.
SUCCESSORS: dict[str, tuple[int, int | None]] = {
    "add": (0, 1), "redefine": (0, 1), "rename": (1, 1), "move": (1, 1), "merge": (1, 1), "split": (2, None),
    "remove": (0, 0),
}  # fmt: skip
EXPECTED = {
    (0, 1): "none, or the code itself", (1, 1): "the one code that takes its place", (2, None): "two codes or more",
    (0, 0): "none",
}  # fmt: skip
# After these the code stands under its own identifier, with another meaning at most.
STAYS = ("add", "redefine")
REMOVED = "removed"


@dataclass(frozen=True)
class Mapped:
    """Codings by a later codebook, and those that it has no code for: split since then, or removed.

    `codings` has in `given_as` the code that was given; `split` has in `becomes` the codes to choose from, and in
    `since` the round that split them first.
    """

    codings: pd.DataFrame
    split: pd.DataFrame
    removed: pd.DataFrame


@dataclass(frozen=True)
class Change:
    """One row of the history, with its line in the file."""

    line: int
    round: int
    kind: str
    code: str
    becomes: tuple[str, ...]

    @property
    def leads_to(self) -> tuple[str, ...]:
        """The codes that stand after the change where one stood before."""
        return self.becomes or ((self.code,) if self.kind in STAYS else ())

    @property
    def takes_away(self) -> bool:
        """Whether the code is gone afterwards."""
        return self.code not in self.leads_to


@computable
def mapped(codings: pd.DataFrame, history: pd.DataFrame, to_round: int) -> Mapped:
    """Bring codings to the codebook that held in a round; a study without history has one codebook throughout.

    Changes of one round are made in the order of the table. Raises `TableError` with every change that cannot be
    made and every coding by a code that was gone when it was given.
    """
    changes = [change for change in changes_of(history) if change.round <= to_round]
    _refuse_gone(codings, changes)
    pairs = codings[["code_id", "round"]].drop_duplicates()
    ways = [_carried(code, number, changes) for code, number in pairs.itertuples(index=False)]
    since = [_split_in(code, number, changes) for code, number in pairs.itertuples(index=False)]
    ends = pairs.assign(
        becomes=[" ".join(codes) for codes in ways], parts=list(map(len, ways)), since=pd.array(since, dtype="Int64")
    )
    whole = codings.merge(ends, on=["code_id", "round"], how="left", validate="many_to_one")
    kept = whole[whole["parts"] == 1]
    return Mapped(
        kept.assign(given_as=kept["code_id"], code_id=kept["becomes"]).drop(columns=["becomes", "parts", "since"]),
        whole[whole["parts"] > 1].drop(columns="parts"),
        whole[whole["parts"] == 0].drop(columns=["becomes", "parts", "since"]),
    )


def changes_of(history: pd.DataFrame) -> list[Change]:
    """The changes in the order in which they were made. Raises `TableError` with every one that cannot be."""
    rows = history.to_dict("records")
    changes = [
        Change(line, int(row["round"]), row["change"], row["code_id"], codes_in(row["becomes"]))
        for line, row in zip(history.index + 2, rows, strict=True)
    ]
    ordered = sorted(changes, key=lambda change: change.round)
    problems = [*_miscounted(changes), *_circles(ordered), *_into_what_is_gone(ordered)]
    if problems:
        raise TableError("\n".join([*problems, "Correct the history, then run the same command again."]))
    return ordered


def to_code_again(split: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Keep the codings of split codes that nobody has come back to.

    Their coder has not read the unit since they were split; `split` and `readings` are those that `units` placed.
    """
    latest = readings.groupby(["coder", "unit"])["round"].max().rename("latest").reset_index()
    told = split.merge(latest, on=["coder", "unit"], how="left")
    answered = (told["latest"] > told["round"]) & (told["latest"] >= told["since"])
    return told[~answered.fillna(value=False)].drop(columns="latest").reset_index(drop=True)


def nowhere(history: pd.DataFrame, known: Collection[str]) -> list[tuple[int, str]]:
    """The codes that changes name and that are not known, nor named as changed or added in an earlier line.

    Each with its line. What was renamed, split or removed need not be in the codebook any more; what takes its place
    must be. Raises `TableError` with every change that cannot be made.
    """
    seen, found = set(known), list[tuple[int, str]]()
    for change in changes_of(history):
        found += [(change.line, code) for code in change.becomes if code not in seen]
        if change.code not in seen and change.kind != "add" and not change.takes_away:
            found.append((change.line, change.code))
        seen.update((change.code, *change.becomes))
    return found


@computable
def listed(again: pd.DataFrame) -> pd.DataFrame:
    """The codings to be coded again as a list for their coders: who, where, by which code, and what to choose from."""
    ordered = again.sort_values(["coder", "unit", "coding_id"], kind="stable", ignore_index=True)
    return ordered[["coder", "round", "unit", "unit_id", "coding_id", "code_id", "becomes"]]


@computable
def gone(removed: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """The codings that went with a removed code: how many, by code."""
    need(removed, "no code was removed under which anything stood")
    counted = removed.groupby("code_id").size().rename("codings").reset_index()
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))
    counted.insert(1, "name", [names.get(code, code) for code in counted["code_id"]])
    return counted


@computable
def trail(history: pd.DataFrame, codings: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """The audit trail: each change with who, when and why, and to how many codings it applied.

    A change applies to the codings of earlier rounds that stand under the code when it is made.
    """
    given = codings.groupby(["code_id", "round"]).size().to_dict()
    changes = changes_of(history)
    touched = {change.line: _touched(change, changes, given) for change in changes}
    names = dict(zip(codebook["code_id"], codebook["name"], strict=True))
    codes = history["becomes"].map(codes_in)
    return pd.DataFrame({
        "round": history["round"],
        "change": history["change"],
        "code_id": history["code_id"],
        "becomes": history["becomes"],
        "name": [", ".join(names.get(code, code) for code in into or [code_id])
                 for into, code_id in zip(codes, history["code_id"], strict=True)],
        "codings": pd.array([touched[line] for line in range(2, len(history) + 2)], dtype="Int64"),
        "by": history["by"],
        "decided_at": history["decided_at"].dt.strftime("%Y-%m-%d"),
        "why": history["why"],
    }).sort_values("round", kind="stable", ignore_index=True)  # fmt: skip


def history_of(table: Any) -> pd.DataFrame:
    """A study's history; none where it has no such table."""
    return schema.empty("history") if isinstance(table, NotComputable) else table


def about(history: pd.DataFrame, code_id: str) -> pd.DataFrame:
    """The changes from which a code came, and those to it, the earliest first."""
    known, lines = {code_id}, set()
    for change in reversed(changes_of(history)):
        if change.code in known or known & set(change.becomes):
            known.add(change.code)
            lines.add(change.line - 2)
    return history.iloc[sorted(lines)].sort_values("round", kind="stable", ignore_index=True)


def _carried(code: str, number: int, changes: list[Change]) -> tuple[str, ...]:
    """The code or codes that stand for one given in a round: one mostly, none after it was removed."""
    stands: tuple[str, ...] = (code,)
    for change in changes:
        if change.round > number and change.code in stands:
            stands = tuple(dict.fromkeys(part for old in stands for part in _after(old, change)))
    return stands


def _split_in(code: str, number: int, changes: list[Change]) -> int | None:
    """The round in which several codes first took the place of one given in a round."""
    rounds = sorted({change.round for change in changes if change.round > number})
    until = ((each, [change for change in changes if change.round <= each]) for each in rounds)
    return next((each for each, made in until if len(_carried(code, number, made)) > 1), None)


def _after(code: str, change: Change) -> tuple[str, ...]:
    return change.leads_to if code == change.code else (code,)


def _touched(change: Change, changes: list[Change], given: Mapping[Any, int]) -> int:
    """To how many codings of earlier rounds a change applied; `given` counts them by code and round."""
    before = changes[: changes.index(change)]
    return sum(
        count
        for (code, number), count in given.items()
        if number < change.round and change.code in _carried(code, number, before)
    )


def _refuse_gone(codings: pd.DataFrame, changes: list[Change]) -> None:
    """Raise `TableError` with every coding by a code that was gone in its round."""
    pairs = codings[["code_id", "round"]].drop_duplicates()
    gone = {
        (code, number): change
        for code, number in pairs.itertuples(index=False)
        if (change := _gone_by(code, number, changes)) is not None
    }
    if not gone:
        return
    told = [
        f"codings, line {line}: {coding} gives '{code}' in round {number}, but {_told(gone[code, number])}."
        for line, (coding, code, number) in enumerate(
            codings[["coding_id", "code_id", "round"]].itertuples(index=False), start=2
        )
        if (code, number) in gone
    ]
    raise TableError("\n".join([*told, "Give another code, or correct the history, then run the same command again."]))


def _gone_by(code: str, number: int, changes: list[Change]) -> Change | None:
    """The change by which a code was gone in a round, unless it came back."""
    gone = None
    for change in changes:
        if change.round > number:
            break
        if code in change.leads_to:
            gone = None
        elif code == change.code:
            gone = change
    return gone


def _told(change: Change) -> str:
    done = {"rename": "renamed to", "move": "moved to", "merge": "merged into", "split": "split into"}
    what = f"{done[change.kind]} {', '.join(change.becomes)}" if change.becomes else REMOVED
    return f"it was {what} from round {change.round} on (history, line {change.line})"


def _miscounted(changes: list[Change]) -> list[str]:
    """Each change with too few or too many codes in its place."""
    problems = []
    for change in changes:
        least, most = SUCCESSORS[change.kind]
        others = change.kind in STAYS and set(change.becomes) - {change.code}
        if len(change.becomes) < least or (most is not None and len(change.becomes) > most) or others:
            found = " ".join(change.becomes) or "nothing"
            told = f"'becomes' is '{found}' after {change.kind}; expected {EXPECTED[least, most]}."
            problems.append(f"history, line {change.line}: {told}")
    return problems


def _into_what_is_gone(changes: list[Change]) -> list[str]:
    """Each merge into a code that an earlier line took away."""
    problems, taken = [], dict[str, Change]()
    for change in changes:
        if change.kind == "merge" and change.becomes and (by := taken.get(change.becomes[0])):
            problems.append(
                f"history, line {change.line}: '{change.code}' becomes '{by.code}', but {_told(by)}. Name a code "
                "that stands, or put this line before that one."
            )
        if change.takes_away:
            taken[change.code] = change
        for code in change.leads_to:
            taken.pop(code, None)
    return problems


def _circles(changes: list[Change]) -> list[str]:
    """Each change that leads a code back, within one round, to one that it came from."""
    problems, origins, current = [], dict[str, dict[str, int]](), None
    for change in changes:
        if change.round != current:
            origins, current = {}, change.round
        before = {change.code: change.line, **origins.get(change.code, {})}
        for code in change.becomes:
            if code != change.code and code in before:
                problems.append(
                    f"history, line {change.line}: '{change.code}' becomes '{code}' again, from which it came in "
                    f"line {before[code]}, in the same round {change.round}. Take both changes out."
                )
            elif code != change.code:
                origins[code] = {**before, **origins.get(code, {})}
    return problems
