"""What each round of coding changed: what a coder who came back to a unit kept, withdrew and gave anew."""

import pandas as pd

from analysis.coding import READ, entries_at
from analysis.computable import CannotCompute, computable, need
from analysis.history import Mapped
from analysis.schema import codes_in

KEY = ["coder", "unit", "code_id"]
COUNTED = ["given_before", "given_after", "kept", "withdrawn", "new", "after_split", "renamed"]


@computable
def passes(readings: pd.DataFrame) -> pd.DataFrame:
    """Each return of a coder to a unit: coder, unit, from_round, to_round, and whether it was `again` for splits alone.

    What a reading is compared with is the last one of the whole unit, and what was looked at again since.
    """
    read = readings[[*READ, "again"]].drop_duplicates(READ).sort_values(READ)
    by = [read["coder"], read["unit"]]
    of_whole = read["round"].mask(read["again"].fillna(value=False))
    before = of_whole.groupby(by).ffill().groupby(by).shift().fillna(read["round"].groupby(by).shift())
    later = read.assign(from_round=before, to_round=read["round"]).dropna(subset=["from_round"])
    return later[["coder", "unit", "from_round", "to_round", "again"]].reset_index(drop=True)


@computable
def changed(brought: Mapped, readings: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """Compare each code between two rounds, on the units that the same coder read in both.

    `given_before` and `given_after` count a coder's units with the code, by the latest codebook. What was given
    before is `kept` or `withdrawn`, and `renamed` is how much of it stood under an earlier code. What was given after
    and is not kept came `after_split` of a code that stood there before, or is `new`. Where only what was split was
    looked at again, nothing else was judged, and nothing else is compared.
    """
    returned = passes(readings)
    if returned.empty:
        raise CannotCompute("nobody read a unit in two rounds")
    pairs = returned.groupby(["from_round", "to_round"], sort=True)
    rows = [_between(brought, part, codebook) for _, part in pairs]
    whole = pd.concat(rows, ignore_index=True)
    used = whole[(whole["given_before"] > 0) | (whole["given_after"] > 0)]
    need(used, "nothing was given in either of two rounds")
    return used[["from_round", "to_round", "code_id", "name", *COUNTED]].reset_index(drop=True)


def _between(brought: Mapped, returned: pd.DataFrame, codebook: pd.DataFrame) -> pd.DataFrame:
    """The counts of one pair of rounds, a row for each code."""
    after = _given(brought.codings, returned)
    before = _judged(_given_before(brought.codings, returned), after)
    split = _given_before(_successors(brought.split), returned)
    kept = before.merge(after[KEY], on=KEY)
    anew = after.merge(before[KEY], on=KEY, how="left", indicator=True).query("_merge == 'left_only'")
    from_split = anew[KEY].merge(split[KEY], on=KEY)
    counts = {
        "given_before": before,
        "given_after": after,
        "kept": kept,
        "after_split": from_split,
        "renamed": before[before["given_as"] != before["code_id"]],
    }
    codes = entries_at(codebook, "code")
    counted = codes[["code_id", "name"]].assign(
        **{name: codes["code_id"].map(rows["code_id"].value_counts()).fillna(0) for name, rows in counts.items()}
    )
    return counted.assign(
        from_round=returned["from_round"].iloc[0],
        to_round=returned["to_round"].iloc[0],
        withdrawn=counted["given_before"] - counted["kept"],
        new=counted["given_after"] - counted["kept"] - counted["after_split"],
    ).astype(dict.fromkeys(COUNTED, "int64"))


def _given(codings: pd.DataFrame, returned: pd.DataFrame) -> pd.DataFrame:
    """The codings of these returns, each code once for a coder and unit."""
    of_round = returned[["coder", "unit", "to_round"]].rename(columns={"to_round": "round"})
    return codings.merge(of_round, on=READ).drop_duplicates(KEY)


def _given_before(codings: pd.DataFrame, returned: pd.DataFrame) -> pd.DataFrame:
    """The codings on which these returns looked back, each code once for a coder and unit."""
    both = codings.merge(returned, on=["coder", "unit"])
    return both[both["round"].between(both["from_round"], both["to_round"] - 1)].drop_duplicates(KEY)


def _judged(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What was given before, without what was not looked at again."""
    met = before[KEY].merge(after[KEY], on=KEY, how="left", indicator=True)["_merge"] == "both"
    return before[(met | ~before["again"].fillna(value=False).to_numpy(dtype=bool)).to_numpy()]


def _successors(split: pd.DataFrame) -> pd.DataFrame:
    """Each coding of a split code once for every code that it may have become."""
    return split.assign(given_as=split["code_id"], code_id=split["becomes"].map(codes_in)).explode("code_id")
