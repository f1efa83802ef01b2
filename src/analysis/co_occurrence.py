"""Which codes stand together on a unit, how closely, and how many stand on one."""

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.coding import entries_at, given_at, incidence
from analysis.computable import CannotCompute, computable, need

# Two codes whose frequencies differ more than this have a low coefficient whatever they share (ATLAS.ti).
UNEVEN = 5


@computable
def co_occurrence(placed: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """How often two codes stand on the same unit, with the coefficient c = n12 / (n1 + n2 − n12).

    Pairs that never meet are left out. `uneven` warns where one code is more than five times as frequent as
    the other: c then says more about the frequencies than about the pair.
    """
    entries = entries_at(codebook, "code")
    held = incidence(given_at(placed, codebook, "code"), units["unit_id"])
    codes = [code for code in entries["code_id"] if code in held.columns]
    if len(codes) < 2:  # noqa: PLR2004 - two codes make a pair
        raise CannotCompute("fewer than two codes were used")
    names = dict(zip(entries["code_id"], entries["name"], strict=True))
    matrix = held[codes].to_numpy(dtype=np.int64)
    together = matrix.T @ matrix
    rows = [
        {
            **_named_pair(names, codes[first], codes[second]),
            **_compared(int(together[first, second]), int(together[first, first]), int(together[second, second])),
        }
        for first, second in combinations(range(len(codes)), 2)
        if together[first, second]
    ]
    need(rows, "no two codes stand on the same unit")
    pairs = pd.DataFrame(rows)
    return pairs.sort_values(["coefficient", "together"], ascending=False, kind="stable", ignore_index=True)


def _named_pair(names: dict[str, str], first: str, second: str) -> dict[str, object]:
    return {"code_1": first, "code_2": second, "name_1": names[first], "name_2": names[second]}


def _compared(together: int, first: int, second: int) -> dict[str, object]:
    return {
        "together": together,
        "first": first,
        "second": second,
        "coefficient": coefficient(together, first, second),
        "uneven": max(first, second) > UNEVEN * min(first, second),
    }


def coefficient(together: int, first: int, second: int) -> float:
    """Divide the units that two codes share by the units that hold either.

    Examples
    --------
    ATLAS.ti's manual: 100 and 10 codings, 5 in common.

    >>> round(coefficient(5, 100, 10), 3)
    0.048
    """
    return together / (first + second - together)


@computable
def codes_per_unit(placed: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """How many units read hold no code, one code, two codes and so on."""
    held = incidence(given_at(placed, codebook, "code"), units["unit_id"]).sum(axis=1)
    counted = held.value_counts().reindex(range(int(held.max()) + 1), fill_value=0)
    return pd.DataFrame({"codes": counted.index, "units": counted.to_numpy()})
