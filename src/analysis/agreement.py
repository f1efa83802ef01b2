"""How far coders agree: on sets of codes, on each code and on how many codes there are, with intervals.

Counting agreement is optional under reflexive thematic analysis, and one coder is no fault: then there is nothing to
count, and the page says so. What was *not* coded counts as much as what was, so the table of readings decides
which coder judged which unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import alpha, masi, spans
from analysis.alpha import INTERVALS_BY, IntervalsBy, by_cluster, must_be
from analysis.coded import Coded
from analysis.coding import entries_at, given_at, of_whole_readings, whole_readings
from analysis.coefficients import Weights, gwet, percent, side_by_side
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.resampling import Numbers, Resampling
from analysis.spans import SameSpan

# Weights under which values count as partly alike, in the spirit of each level of measurement (Gwet 2014).
WEIGHTS: dict[alpha.Level, Weights] = {
    "nominal": "identity", "ordinal": "ordinal", "interval": "quadratic", "ratio": "ratio",
}  # fmt: skip

# On how many units a code must stand, and be left out, for an interval.
FEWEST_UNITS = 5
GIVEN_ON_FEW = f"no interval: given on fewer than {FEWEST_UNITS} units"
LEFT_OUT_ON_FEW = f"no interval: left out on fewer than {FEWEST_UNITS} units"


@dataclass(frozen=True)
class Judgements:
    """Which codes each coder gave to each unit that at least two coders read.

    `given` is coders × units × codes: 1 given, 0 not given, missing where the coder did not read the unit.
    """

    units: pd.DataFrame
    coders: list[str]
    codes: pd.DataFrame
    given: Numbers

    @property
    def creators(self) -> NDArray[np.int64]:
        """Number the creators as they come, whatever their pseudonyms; give each unit the number of its creator."""
        return pd.factorize(self.units["creator_id"])[0]


@computable
def judged_by(coded: Coded, codebook: pd.DataFrame, same_span: SameSpan, coding_round: int) -> Judgements:
    """Gather what at least two coders judged in a round, on the items that `same_span` makes of what they coded.

    A round is judged by the codebook as it was then: what was changed afterwards the coders did not know.
    """
    then, book = coded.in_round(coding_round), coded.codebook_of(codebook, coding_round)
    on_units = judgements(then.placed, then.readings, then.units, book, coding_round)
    if same_span == "unit" or isinstance(on_units, NotComputable):
        return on_units
    on_spans = spans.items(then.placed, then.readings, then.units, same_span, coding_round)
    found = spans.of_texts_read(on_spans, then.texts_read)
    return judgements(found.placed, found.readings, found.units, book, coding_round)


@computable
def judgements(
    placed: pd.DataFrame, readings: pd.DataFrame, units: pd.DataFrame, codebook: pd.DataFrame, coding_round: int
) -> Judgements:
    """Gather what at least two coders judged in a round: given or not, for each of the codebook's codes.

    Where only codings of split codes were looked at again, nothing was judged but these, so it is left out.
    """
    columns, of_round = ["coder", "unit"], readings[readings["round"] == coding_round]
    in_round = of_whole_readings(placed[placed["round"] == coding_round], of_round)
    given = given_at(in_round, codebook, "code")
    read = pd.concat([whole_readings(of_round)[columns], given[columns]]).drop_duplicates()
    if read.empty and len(of_round):
        raise CannotCompute(f"in round {coding_round} only codings of split codes were looked at again")
    coders = sorted(read["coder"].unique())
    everybody = {*placed["coder"].unique(), *readings["coder"].unique()}
    if len(everybody) == 1 or len(coders) == 1:
        raise CannotCompute("one coder only: agreement needs two")
    need(read, f"nobody coded in round {coding_round}, which agreement_round asks for")
    twice = read["unit"].value_counts() > 1
    both = units[units["unit_id"].isin(twice[twice].index)].reset_index(drop=True)
    need(both, "no unit was read by two coders")
    codes = entries_at(codebook, "code")
    need(codes, "the codebook has no codes")
    cube = np.full((len(coders), len(both), len(codes)), np.nan)
    cube[_positions(read, coders, both)[:2]] = 0
    cube[_positions(given, coders, both, codes)] = 1
    return Judgements(both, coders, codes, cube)


def _positions(
    rows: pd.DataFrame, coders: list[str], units: pd.DataFrame, codes: pd.DataFrame | None = None
) -> tuple[NDArray[np.intp], ...]:
    """Find each row's place in the cube of judgements; rows on other units are left out."""
    inside = rows[rows["unit"].isin(units["unit_id"])]
    coder = _indices(coders, inside["coder"])
    unit = _indices(units["unit_id"], inside["unit"])
    if codes is None:
        return coder, unit
    return coder, unit, _indices(codes["code_id"], inside["code_id"])


def _indices(known: Sequence[str] | pd.Series, wanted: pd.Series) -> NDArray[np.intp]:
    place = {name: index for index, name in enumerate(known)}
    return wanted.map(place).to_numpy(dtype=np.intp)


@computable
def of_sets(judged: Judgements, resampling: Resampling, intervals_by: IntervalsBy) -> pd.DataFrame:
    """Compute alpha over the sets of codes, with MASI as distance, and its interval.

    Beside alpha stand two shares: of units with the same set of codes from every coder, and of single decisions
    (unit by code) on which two coders agree.
    """
    found = masi.of_sets(judged.given)
    low, high = resampling.interval(found.replicates(resampling, intervals_by, judged.creators))
    return pd.DataFrame({
        "units": [len(judged.units)],
        "coders": [len(judged.coders)],
        "same_set": [(found.given.max(axis=1) == found.given.sum(axis=1)).mean()],
        "percent": [np.mean(_percent(*_given_and_read(judged)))],
        "alpha": [found.alpha()],
        "low": [low],
        "high": [high],
    })  # fmt: skip


@computable
def intervals(judged: Judgements, resampling: Resampling) -> pd.DataFrame:
    """Give the interval of alpha over the sets of codes by each method, side by side.

    `standard_error` is the standard deviation over replicates.
    """
    found = masi.of_sets(judged.given)
    replicates = {by: found.replicates(resampling, by, judged.creators) for by in INTERVALS_BY}
    if np.isnan(found.alpha()):
        raise CannotCompute("every coder gave the same set of codes to every unit")
    ends = {by: resampling.interval(drawn) for by, drawn in replicates.items()}
    drawn_from = {"creators": len(set(judged.creators)), "units": len(found.given), "pairs": found.pairs.count}
    return pd.DataFrame({
        "intervals_by": INTERVALS_BY,
        "drawn": [drawn_from[by] for by in INTERVALS_BY],
        "alpha": found.alpha(),
        "low": [ends[by][0] for by in INTERVALS_BY],
        "high": [ends[by][1] for by in INTERVALS_BY],
        "width": [ends[by][1] - ends[by][0] for by in INTERVALS_BY],
        "standard_error": [np.nanstd(replicates[by], ddof=1) for by in INTERVALS_BY],
    })  # fmt: skip


def by_span(judged: Mapping[str, Any], resampling: Resampling, intervals_by: IntervalsBy) -> Any:
    """Compute the same over each kind of item, one row each; a kind that has none says why."""
    found = {same_span: of_sets(each, resampling, intervals_by) for same_span, each in judged.items()}
    absent = {same_span: each.reason for same_span, each in found.items() if isinstance(each, NotComputable)}
    if len(absent) == len(found):
        return next(iter(found.values()))
    rows = [
        pd.DataFrame({"same_span": [same_span], "reason": [absent[same_span]]})
        if same_span in absent
        else each.assign(same_span=same_span, reason=None).rename(columns={"units": "items"})
        for same_span, each in found.items()
    ]
    columns = ["same_span", "items", "coders", "same_set", "percent", "alpha", "low", "high", "reason"]
    kinds = {"items": "Int64", "coders": "Int64", "reason": "str"}
    return pd.concat([row.reindex(columns=columns).astype(kinds) for row in rows], ignore_index=True)


@computable
def how_many(judged: Judgements) -> pd.DataFrame:
    """Compare how many codes coders gave to each unit, at each level of measurement, with alpha and Gwet's AC2.

    At the nominal level two and three codes are as different as none and ten; the weights of AC2 (of AC1 there) follow.
    """
    ratings = np.where(np.isnan(judged.given[:, :, 0]), np.nan, np.nansum(judged.given, axis=2))
    values = list(range(int(np.nanmax(ratings)) + 1))
    rows = []
    for level, weights in WEIGHTS.items():
        found = {
            "percent": percent(ratings, values=values, weights=weights),
            "gwet": gwet(ratings, values=values, weights=weights),
            "alpha": alpha.krippendorff_alpha(ratings, level=level),
        }
        reasons = [each.reason for each in found.values() if isinstance(each, NotComputable)]
        known = {name: np.nan if isinstance(each, NotComputable) else each for name, each in found.items()}
        rows.append({"level": level, "weights": weights, **known, "reason": (*reasons, None)[0]})
    return pd.DataFrame(rows).astype({"reason": "str"})


def _given_and_read(judged: Judgements) -> tuple[Numbers, Numbers]:
    """Count by how many coders each code was given to each unit, and how many read the unit."""
    return np.nansum(judged.given, axis=0), (~np.isnan(judged.given[:, :, 0])).sum(axis=0).astype(np.float64)[:, None]


def _percent(given: Numbers, read: Numbers) -> Numbers:
    """Share the pairs of coders that agree on each code, averaged over units."""
    alike = given * (given - 1) + (read - given) * (read - given - 1)
    return np.asarray((alike / (read * (read - 1))).mean(axis=0))


@computable
def by_code(judged: Judgements, resampling: Resampling, intervals_by: IntervalsBy) -> pd.DataFrame:
    """Compute every coefficient for each code, and binary alpha with its interval.

    `reason` says why a code has no alpha, or an alpha and no interval; `replicates` is the share of resamples in which
    it has one. A code that stands on fewer than five units, or is missing on fewer than five, has no interval: one of
    four units is in none of 1.8 % of the resamples, and in all others coders who agreed on it agree again, so that the
    interval would be narrow because the code is rare. Nor has a code that stands with too few creators for an alpha in
    as many resamples as the interval shall cover.

    References
    ----------
    Cochran, W. G. (1954). Some methods for strengthening the common χ² tests. Biometrics, 10(4), 417–451 (five).
    """
    given, read = _given_and_read(judged)
    observed = 2 * given * (read - given) / (read - 1)
    found = _binary_alpha(*(part.sum(axis=0) for part in (observed, given, read)))
    replicates = _replicates(judged, (observed, given, read), resampling, intervals_by)
    lasting = (~np.isnan(replicates)).mean(axis=0)
    reasons = _reasons(judged, lasting >= resampling.confidence)
    low, high = np.where(reasons.isna(), resampling.interval(replicates), np.nan)
    beside = side_by_side(judged.given)
    return pd.DataFrame({
        "code_id": judged.codes["code_id"],
        "name": judged.codes["name"],
        "given_on": (given > 0).sum(axis=0),
        **{("gwet_ac1" if name == "gwet" else name): values for name, values in beside.items()},
        "alpha": found,
        "low": low,
        "high": high,
        "replicates": lasting,
        "reason": reasons,
    })  # fmt: skip


def _reasons(judged: Judgements, is_lasting: NDArray[np.bool_]) -> pd.Series:
    """Why each code has no alpha, or no interval; missing where it has both."""
    given, read = _given_and_read(judged)
    given_on, left_out_on = (given > 0).sum(axis=0), (given < read).sum(axis=0)
    why = [
        (given_on == 0, "nobody gave this code"),
        (left_out_on == 0, "everybody gave this code to every unit"),
        (given_on < FEWEST_UNITS, GIVEN_ON_FEW),
        (left_out_on < FEWEST_UNITS, LEFT_OUT_ON_FEW),
        (~is_lasting, "no interval: on too few creators"),
    ]
    found = np.select([which for which, _ in why], [reason for _, reason in why], default="")
    return pd.Series(found, dtype="str").where(found != "")


def _replicates(
    judged: Judgements, parts: tuple[Numbers, Numbers, Numbers], resampling: Resampling, intervals_by: IntervalsBy
) -> Numbers:
    """Each code's alpha in each replicate (replicates × codes); all codes see the same draws."""
    must_be("intervals_by", intervals_by, INTERVALS_BY)
    observed, given, read = parts
    codes = observed.shape[1]
    if intervals_by == "pairs":
        single = [
            alpha.of_counts(np.hstack([read - given[:, [code]], given[:, [code]]]), np.arange(2), "nominal")
            for code in range(codes)
        ]
        return np.column_stack([each.replicates(resampling, "pairs", judged.creators) for each in single])
    rows = np.hstack(parts)
    sums = resampling.sums(rows if intervals_by == "units" else by_cluster(rows, judged.creators))
    return _binary_alpha(sums[:, :codes], sums[:, codes:-1], sums[:, -1:])


def _binary_alpha(observed: Numbers, given: Numbers, read: Numbers) -> Numbers:
    return alpha.relate(observed, 2 * given * (read - given), read)


@computable
def disagreements(judged: Judgements) -> pd.DataFrame:
    """List each unit (or passage) and code on which coders differ, and who gave it, for the coders' meeting."""
    given, read = _given_and_read(judged)
    rows = [
        {
            "unit_id": judged.units["unit_id"][unit],
            **({"passage": judged.units["passage"][unit]} if "passage" in judged.units else {}),
            "post_id": judged.units["post_id"][unit],
            "code_id": judged.codes["code_id"][code],
            "name": judged.codes["name"][code],
            "given_by": _who(judged, unit, code, value=1),
            "not_given_by": _who(judged, unit, code, value=0),
        }
        for unit, code in np.argwhere((given > 0) & (given < read))
    ]
    need(rows, "the coders agree on every unit")
    return pd.DataFrame(rows)


def _who(judged: Judgements, unit: int, code: int, *, value: int) -> str:
    return ", ".join(
        coder for coder, given in zip(judged.coders, judged.given[:, unit, code], strict=True) if given == value
    )


@computable
def extreme(agreement: pd.DataFrame, which: str) -> dict[str, Any]:
    """Find the code with the lowest (`min`) or highest (`max`) alpha, and that alpha."""
    known = agreement.dropna(subset=["alpha"])
    need(known, "no code has an alpha")
    row = known.sort_values("alpha", ascending=which == "min", kind="stable").iloc[0]
    return {"name": row["name"], "alpha": float(row["alpha"])}
