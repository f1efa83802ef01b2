"""What the codings say: the codebook's tree, how often each code stands, and which codes stand together.

The unit is the screenshot, as in the article. A coding stands on a span of a post or a comment, and each of these
is shown on one screenshot. Of several rounds the *standing* codings are those of the latest round in which the coder
read the screenshot: a later round that reads some screenshots again leaves the codings of all others standing.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import schema
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.errors import TableError, nearest
from analysis.schema import words

LEVELS = ("pattern", "theme", "code")
# Two codes whose frequencies differ more than this have a low coefficient whatever they share (ATLAS.ti).
UNEVEN = 5


@dataclass(frozen=True)
class Resampling:
    """How a bootstrap is drawn: how many replicates, the interval's level, and the seed."""

    replicates: int
    confidence: float
    seed: int

    def clusters(self, count: int) -> NDArray[np.float64]:
        """Draw how often each of `count` clusters stands in each replicate: replicates × clusters."""
        draw = np.random.default_rng(self.seed).multinomial(count, np.full(count, 1 / count), size=self.replicates)
        return draw.astype(np.float64)

    def interval(self, replicates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the percentile interval over the first axis, low first; replicates without a value are left out."""
        tail = (1 - self.confidence) / 2
        ends = np.full((2, *replicates.shape[1:]), np.nan)
        some = ~np.isnan(replicates).all(axis=0)
        ends[:, some] = np.nanquantile(replicates[:, some], [tail, 1 - tail], axis=0)
        return ends


@computable
def tree(codebook: pd.DataFrame) -> pd.DataFrame:
    """Order the codebook depth first, and add the pattern and the theme that each entry belongs to."""
    need(codebook, "the codebook is empty")
    parents = codebook["parent_id"].where(codebook["parent_id"].isin(codebook["code_id"]), "")
    children = {str(parent): list(below) for parent, below in codebook["code_id"].groupby(parents, sort=False)}
    ordered = codebook.set_index("code_id", drop=False).loc[_depth_first(children, "")].reset_index(drop=True)
    above = {level: ordered["code_id"].map(ancestors(codebook, level)) for level in ("pattern", "theme")}
    return ordered.assign(pattern_id=above["pattern"], theme_id=above["theme"])


def entries_at(codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """List the patterns, the themes or the codes, in the tree's order."""
    ordered = tree(codebook)
    return ordered[ordered["level"] == level].reset_index(drop=True)


def _depth_first(children: dict[str, list[str]], parent: str) -> list[str]:
    below = ([child, *_depth_first(children, child)] for child in children.get(parent, []))
    return [code for branch in below for code in branch]


def ancestors(codebook: pd.DataFrame, level: str) -> dict[str, str]:
    """For each entry of the codebook, the entry of that level that it is or belongs to, if there is one."""
    parent = dict(zip(codebook["code_id"], codebook["parent_id"], strict=True))
    levels = dict(zip(codebook["code_id"], codebook["level"], strict=True))
    found = {}
    for code in codebook["code_id"]:
        above = code
        while above in levels and levels[above] != level:
            above = parent[above]
        if above in levels:
            found[code] = above
    return found


@computable
def codings_by_screenshot(codings: pd.DataFrame, screenshots: pd.DataFrame) -> pd.DataFrame:
    """Put each coding on the screenshot that shows its text; add screenshot_id and post_id.

    Raises `TableError` with every unit that no screenshot shows: a coding is never silently lost.
    """
    need(codings, "there are no codings")
    shown = {unit: row.screenshot_id for row in screenshots.itertuples() for unit in words(row.shows)}
    itself = dict(zip(screenshots["screenshot_id"], screenshots["screenshot_id"], strict=True))
    place = codings["unit_id"].map({**shown, **itself})
    if lost := sorted(set(codings.loc[place.isna(), "unit_id"])):
        raise TableError(
            f"codings: no screenshot shows {', '.join(map(repr, lost))}. "
            f"Add each to the column 'shows' of one screenshot, or take its codings out."
        )
    post_of = dict(zip(screenshots["screenshot_id"], screenshots["post_id"], strict=True))
    return codings.assign(screenshot_id=place, post_id=place.map(post_of))


def standing_codings(placed: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """Keep the codings that stand: those of the latest round in which their coder read their screenshot.

    A coder who read it again and gave nothing has withdrawn what was given before. Where no reading is recorded,
    the latest round in which the coder coded the screenshot takes its place.
    """
    return _latest(placed, _recorded(readings))


@computable
def _latest(placed: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    columns = ["coder", "screenshot_id", "round"]
    seen = pd.concat([placed[columns], readings[columns]], ignore_index=True)
    latest = seen.groupby(["coder", "screenshot_id"])["round"].transform("max")
    stands = (seen["round"] == latest).head(len(placed))
    return placed[stands.to_numpy(dtype=bool)].reset_index(drop=True)


def _recorded(readings: pd.DataFrame) -> pd.DataFrame:
    """The readings, none where the study has no such table: codings can be counted without."""
    return schema.empty("readings") if isinstance(readings, NotComputable) else readings


@computable
def units_read(readings: pd.DataFrame, screenshots: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """List the screenshots that anybody read, each with its post and creator.

    Screenshots nest in posts and posts in creators; where the creator is not known, the post takes the
    creator's place, so that intervals resample what belongs together.
    """
    need(readings, "nothing was read")
    read = screenshots[screenshots["screenshot_id"].isin(readings["screenshot_id"])]
    creator = read["post_id"].map(dict(zip(posts["post_id"], posts["creator_id"], strict=True)))
    units = read[["screenshot_id", "post_id"]].assign(creator_id=creator.fillna(read["post_id"]))
    return units.sort_values("screenshot_id", ignore_index=True)


@computable
def frequencies(
    placed: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame, level: str, resampling: Resampling
) -> pd.DataFrame:
    """Count how often each entry of a level was given, on how many screenshots and posts, and their share.

    The share is of the screenshots read. Wilson's interval (Wilson 1927) takes them as independent; the second
    interval resamples creators with all their screenshots, and is the one to trust where creators differ.
    """
    entries = entries_at(codebook, level)
    need(entries, f"the codebook has no {level}")
    given = given_at(placed, codebook, level)
    codes = entries["code_id"]
    held = incidence(given, units["screenshot_id"]).reindex(columns=codes, fill_value=False)
    hits = held.sum().to_numpy()
    low, high = wilson(hits, len(units), resampling.confidence)
    # Resampling screenshots of which none holds the code can only give none again.
    creator_low, creator_high = np.where(hits > 0, _creator_interval(held, units["creator_id"], resampling), np.nan)
    counted = given.groupby("code_id")["post_id"].agg(["size", "nunique"]).reindex(codes, fill_value=0)
    return pd.DataFrame({
        "code_id": codes,
        "name": entries["name"],
        "pattern_id": entries["pattern_id"],
        "codings": counted["size"].to_numpy(),
        "screenshots": hits,
        "posts": counted["nunique"].to_numpy(),
        "share": hits / len(units),
        "low": low,
        "high": high,
        "creator_low": creator_low,
        "creator_high": creator_high,
    })  # fmt: skip


def given_at(placed: pd.DataFrame, codebook: pd.DataFrame, level: str) -> pd.DataFrame:
    """Replace each code by the entry of a level that it belongs to.

    Raises `TableError` when a code is not in the codebook. What was coded above the level is left out.
    """
    known = set(codebook["code_id"])
    if unknown := sorted(set(placed["code_id"]) - known):
        told = "\n".join(f"codings: code '{code}' is not in the codebook.{nearest(code, known)}" for code in unknown)
        raise TableError(f"{told}\nCorrect the codings, or add the code to the codebook.")
    raised = placed.assign(code_id=placed["code_id"].map(ancestors(codebook, level)))
    return raised[raised["code_id"].notna()].reset_index(drop=True)


def incidence(given: pd.DataFrame, units: pd.Series, by: str = "screenshot_id") -> pd.DataFrame:
    """Which code was given on which unit, by anybody: units in the order given × codes by identifier."""
    pairs = given[[by, "code_id"]].drop_duplicates()
    matrix = pd.crosstab(pairs[by], pairs["code_id"]) > 0
    return matrix.reindex(pd.Index(units.unique()), fill_value=False).astype(bool)


def wilson(hits: NDArray[np.int64], of: int, confidence: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval of a share.

    Examples
    --------
    Newcombe (1998, Statistics in Medicine 17, 857-872) gives 81 of 263 as .2553 to .3662.

    >>> low, high = wilson(np.array([81]), 263, 0.95)
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2553, 0.3662)
    """
    # Statsmodels takes a second to load, which the steps without intervals need not wait for.
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(np.asarray(hits), of, alpha=1 - confidence, method="wilson")
    return np.asarray(low), np.asarray(high)


def _creator_interval(held: pd.DataFrame, creators: pd.Series, resampling: Resampling) -> NDArray[np.float64]:
    # In the order in which they come: a creator's pseudonym must not decide who is drawn.
    by_creator = held.groupby(creators.to_numpy(), sort=False).sum().to_numpy(dtype=np.float64)
    sizes = creators.groupby(creators.to_numpy(), sort=False).size().to_numpy(dtype=np.float64)
    drawn = resampling.clusters(len(sizes))
    return resampling.interval((drawn @ by_creator) / (drawn @ sizes)[:, None])


@computable
def counts_by(placed: pd.DataFrame, codebook: pd.DataFrame, column: str) -> pd.DataFrame:
    """On how many screenshots each code was given, side by side for each coder, round or side."""
    given = given_at(placed, codebook, "code").dropna(subset=[column])
    need(given, f"no coding has a {column}")
    pairs = given[["screenshot_id", "code_id", column]].drop_duplicates()
    wide = pd.crosstab(pairs["code_id"], pairs[column])
    wide.columns = [f"{column}_{value}" if column == "round" else str(value) for value in wide.columns]
    entries = entries_at(codebook, "code")[["code_id", "name"]]
    whole = entries.merge(wide.reset_index(), on="code_id", how="left")
    return whole.assign(**whole[list(wide.columns)].fillna(0).astype("Int64"))


def counts_by_coder(standing: pd.DataFrame, codebook: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """On how many screenshots each coder gave each code; in the first row, how many that coder read at all."""
    return _with_read(counts_by(standing, codebook, "coder"), _recorded(readings))


@computable
def _with_read(counts: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    read = readings.groupby("coder")["screenshot_id"].nunique()
    if read.empty:
        return counts
    given = {coder: counts.get(coder, 0) for coder in sorted({*counts.columns[2:], *read.index})}
    named = counts[["code_id", "name"]].assign(**given)
    first = pd.DataFrame([{"name": "all screenshots read", **read}], columns=named.columns)
    return pd.concat([first, named], ignore_index=True).astype(dict.fromkeys(given, "Int64"))


@computable
def speaker_sides(
    placed: pd.DataFrame, posts: pd.DataFrame, comments: pd.DataFrame, creators: pd.DataFrame
) -> pd.DataFrame:
    """Add to each coding the side of whoever wrote the coded text."""
    author = {
        **dict(zip(posts["post_id"], posts["creator_id"], strict=True)),
        **dict(zip(comments["comment_id"], comments["author_id"], strict=True)),
    }
    side = dict(zip(creators["creator_id"], creators["side"], strict=True))
    return placed.assign(side=placed["unit_id"].map(author).map(side))


@computable
def co_occurrence(placed: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """How often two codes stand on the same screenshot, with the coefficient c = n12 / (n1 + n2 − n12).

    Pairs that never meet are left out. `uneven` warns where one code is more than five times as frequent as
    the other: c then says more about the frequencies than about the pair.
    """
    entries = entries_at(codebook, "code")
    held = incidence(given_at(placed, codebook, "code"), units["screenshot_id"])
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
    need(rows, "no two codes stand on the same screenshot")
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
    """How many screenshots read hold no code, one code, two codes and so on."""
    held = incidence(given_at(placed, codebook, "code"), units["screenshot_id"]).sum(axis=1)
    counted = held.value_counts().reindex(range(int(held.max()) + 1), fill_value=0)
    return pd.DataFrame({"codes": counted.index, "screenshots": counted.to_numpy()})


@computable
def summary(
    placed: pd.DataFrame, standing: pd.DataFrame, codebook: pd.DataFrame, units: pd.DataFrame
) -> dict[str, Any]:
    """Count the standing codings, their coders and the codes and screenshots they touch; and all rounds."""
    given = given_at(standing, codebook, "code")
    need(given, "no code stands")
    on_units = incidence(given, units["screenshot_id"]).sum(axis=1)
    most = incidence(given, units["screenshot_id"]).sum().sort_values(ascending=False, kind="stable").index[0]
    return {
        "codings": len(given),
        "coders": given["coder"].nunique(),
        "rounds": placed["round"].nunique(),
        "codes_used": given["code_id"].nunique(),
        "units_coded": int((on_units > 0).sum()),
        "codes_per_unit": float(on_units.mean()),
        "most_frequent": codebook.set_index("code_id")["name"][most],
    }
