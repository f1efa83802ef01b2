"""Which codings of earlier rounds an import made stand no longer: whoever reads a unit anew judges all of it."""

from collections.abc import Iterator
from contextlib import suppress

import pandas as pd

from analysis.coded import coded_of
from analysis.coding import PLACES, standing_codings
from analysis.computable import NotComputable
from analysis.errors import CompendiumError
from analysis.study import Study


def standing_in(study: Study) -> pd.DataFrame | None:
    """The codings of a study that stand, as they were given; nothing where it has none that can be placed."""
    with suppress(CompendiumError):
        coded = coded_of(study)
        standing = standing_codings(coded.as_given, coded.readings)
        return None if isinstance(standing, NotComputable) else standing
    return None


def told(before: pd.DataFrame | None, study: Study) -> Iterator[str]:
    """Say how many codings of whose round no longer stand since an import, though nobody took them back.

    What was given again at the same place is not counted.
    """
    now = None if before is None else standing_in(study)
    if before is None or now is None:
        return
    given = study.table("codings")
    left = before[before["coding_id"].isin(given["coding_id"]) & ~before["coding_id"].isin(now["coding_id"])]
    alike = ["coder", "unit_id", "code_id", *PLACES]
    met = left[alike].merge(now[alike].drop_duplicates(), on=alike, how="left", indicator=True)["_merge"] == "both"
    left = left[~met.to_numpy(dtype=bool)]
    for (coder, number), rows in left.groupby(["coder", "round"]):
        units = len(set(rows["unit"]))
        yield (
            f"This reading replaces {len(rows):,} coding{'' if len(rows) == 1 else 's'} of {coder}'s round {number} "
            f"on {units:,} unit{'' if units == 1 else 's'}: who reads a unit in a later round judges all of it anew."
        )
    if len(left):
        yield "If only codings of split codes were looked at again, import the same file once more with --again."
