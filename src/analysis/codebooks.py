"""The codebook as it stood in a round: what the history says was there by then, and what came or went later."""

from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from analysis import schema
from analysis.history import Change, changes_of
from analysis.qda.guids import path_above, readable

OWN = "own"


def codebook_in(
    codebook: pd.DataFrame, history: pd.DataFrame, number: int | None = None, kept: Collection[str] = ()
) -> pd.DataFrame:
    """Bring a codebook to a round, the latest where none is given.

    Codes that are gone by then are left out, unless others stand under them, and so are those that came later; what
    stood and is not in the table is made of its identifier. `kept` stay whatever the history says. A code that others
    merge into is taken to have been there before.
    """
    changes = changes_of(history)
    done = [change for change in changes if number is None or change.round <= number]
    later = changes[len(done) :]
    stood, left = _standing(done), _gone(done)
    to_come = _brought_by(later) - stood
    before = {change.code for change in later if change.kind != "add"} - to_come - left
    wanted = [code for code in dict.fromkeys(_named(changes)) if code in {*stood, *before, *kept}]
    whole = with_entries(codebook, wanted, changes)
    parents = set(whole["parent_id"].dropna())
    out = (left | to_come) - parents - set(kept)
    return whole[~whole["code_id"].isin(out)].reset_index(drop=True)


def with_entries(codebook: pd.DataFrame, codes: Iterable[str], changes: Sequence[Change] = ()) -> pd.DataFrame:
    """A codebook with an entry for each of these codes, those that it lacks made of their identifiers.

    A code hangs under the entry that its path names, else beside the code that it came from or became.
    """
    known = dict(zip(codebook["code_id"], codebook["parent_id"], strict=True))
    rows = []
    for code in codes:
        if code not in known:
            beside = next((each for each in _related(code, changes) if each in known), "")
            known[code] = path_above(code, known) or known.get(beside)
            rows.append({"code_id": code, "name": readable(code), "parent_id": known[code]})
    if not rows:
        return codebook
    made = pd.DataFrame(rows).assign(level="code", basis=OWN).reindex(columns=schema.TABLES["codebook"].column_names)
    typed = schema.typed(made.astype("str"), "codebook").reindex(columns=codebook.columns)
    return pd.concat([codebook, typed.astype(codebook.dtypes.to_dict())], ignore_index=True)


def _standing(changes: Iterable[Change]) -> set[str]:
    """The codes that changes led to and that none of them took away again."""
    stood = set[str]()
    for change in changes:
        if change.takes_away:
            stood.discard(change.code)
        stood.update(change.leads_to)
    return stood


def _gone(changes: Iterable[Change]) -> set[str]:
    """The codes that changes took away and that none of them brought back."""
    left = set[str]()
    for change in changes:
        if change.takes_away:
            left.add(change.code)
        left.difference_update(change.leads_to)
    return left


def _brought_by(changes: Iterable[Change]) -> set[str]:
    """The codes that were not there before these changes."""
    brought, before = set[str](), set[str]()
    for change in changes:
        if change.kind != "add" and change.code not in brought:
            before.add(change.code)
        if change.kind == "add" or change.kind not in ("merge", "redefine"):
            brought.update(set(change.leads_to) - before)
    return brought


def _named(changes: Iterable[Change]) -> list[str]:
    return [code for change in changes for code in (change.code, *change.leads_to)]


def _related(code: str, changes: Iterable[Change]) -> list[str]:
    """The codes that one came from, and those that it became."""
    changes = list(changes)
    origins = [change.code for change in changes if code in change.becomes]
    return [*origins, *(part for change in changes if change.code == code for part in change.becomes)]
