"""What a capture suggests for the decisions of a new study.

The original's value stands wherever this capture can live with it. A capture that is too small to choose so many posts
from is to give a third of its own. Where the cut-offs leave too few posts, all of them are relaxed alike, until
together they leave as many as wanted, but none so far that it would ask for nothing: then fewer posts are wanted. Each
suggestion comes with its reason, a sentence that the book prints beside the value, and with the numbers behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import pandas as pd

from analysis import corpus
from analysis.computable import NotComputable
from analysis.criteria import Criterion, Measured, criteria_of, measure_posts, meets
from analysis.language import are_told_apart
from analysis.sampling import in_order
from analysis.settings import DECISIONS, Side
from analysis.sides import tell_sides

Decided = Mapping[str, Any]
# Shares of the posts that each cut-off may let pass by itself, the strictest first.
LEVELS = [place / 20 for place in range(1, 21)]
THRESHOLDS = (
    "search_rank_at_most", "likes_top_share", "newcomer_share_at_least", "min_comments", "min_host_comments",
    "min_creator_replies",
)  # fmt: skip
SIZES = ("posts_wanted", "creators_wanted", "per_creator_at_most")
AS_IN_ORIGINAL = "As in the compendium's run of the original study, so that the two can be compared"
# Decisions about what the original left open and this capture says nothing of; the others are reasoned here.
OWN_REASONS = {
    "token_unit": "A run of letters is one word, in a script without spaces each letter; else letters are counted.",
    "robustness": "Values that a careful reader could have chosen instead; each combination of them is computed.",
    "same_span": "What counts is that both coders gave a unit the code, and not where in it.",
    "asking_codes": "The codes of the original's codebook for asking; name your own if you code by another.",
    "explaining_codes": "The codes of the original's codebook for explaining; name your own if you code by another.",
    "coding_unit": "A capture has no screenshots; a post is read with its comments. By themselves they are texts.",
}
ENGAGEMENTS = {"search_rank": "search_rank_at_most", "likes": "likes_top_share"}
VALUES_TRIED = 3
# A selection needs something to reject.
POSTS_FOR_EACH_WANTED = 3


@dataclass(frozen=True)
class Suggestion:
    """A value for a decision, the reason for it, and what was counted in the capture, if anything was."""

    value: Any
    reason: str
    counted: str = ""


@dataclass(frozen=True)
class Captured:
    """The imported tables, any of which may be `NotComputable`, and the sides as guessed."""

    posts: Any
    comments: Any
    creators: Any
    sides: Mapping[str, Side]


def suggest_decisions(captured: Captured, original: Mapping[str, Mapping[str, Any]]) -> dict[str, Suggestion]:
    """A suggestion for every decision; `original` holds the original's decisions, each with value and reason."""
    kept = {
        name: Suggestion(entry["value"], OWN_REASONS.get(name, entry["reason"])) for name, entry in original.items()
    }
    told = {"side_by": _suggest_side_by(captured), "engagement_by": _suggest_engagement(captured.posts)}
    told["coding_unit"] = Suggestion("post", OWN_REASONS["coding_unit"])
    decided = {name: {**kept, **told}[name].value for name in kept}
    measured = _measured(captured, decided)
    if isinstance(measured, NotComputable):
        told |= {name: Suggestion(decided[name], f"{AS_IN_ORIGINAL}.") for name in (*THRESHOLDS, *SIZES)}
    else:
        wanted = suggest_wanted(len(measured.posts), decided)
        decided |= {name: suggestion.value for name, suggestion in wanted.items()}
        told |= suggest_thresholds(measured, decided)
        relaxed = {**decided, **{name: told[name].value for name in THRESHOLDS}}
        size = suggest_size(measured, relaxed)
        told |= {name: wanted[name] if found.value == decided[name] else found for name, found in size.items()}
    decided |= {name: suggestion.value for name, suggestion in told.items()}
    told["robustness"] = Suggestion(values_to_try(decided), OWN_REASONS["robustness"])
    return {name: {**kept, **told}[name] for name in DECISIONS}


def suggest_wanted(posts: int, decided: Decided) -> dict[str, Suggestion]:
    """The size of the original's sample, or of one that a small capture leaves something to choose for."""
    wanted, creators, each = (decided[name] for name in SIZES)
    counted = f"{posts:,} posts in the capture"
    if posts >= POSTS_FOR_EACH_WANTED * wanted:
        return {name: Suggestion(decided[name], f"{AS_IN_ORIGINAL}.", counted) for name in SIZES}
    few = ceil(posts / POSTS_FOR_EACH_WANTED)
    reason = f"A third of the posts of this capture; the original's {wanted} would leave too little to choose from."
    some = "In proportion to the posts wanted, as in the original study."
    return {
        "posts_wanted": Suggestion(few, reason, counted),
        "creators_wanted": Suggestion(ceil(creators * few / wanted), some, counted),
        "per_creator_at_most": Suggestion(each, f"{AS_IN_ORIGINAL}.", counted),
    }


def suggest_thresholds(measured: Measured, decided: Decided) -> dict[str, Suggestion]:
    """The strictest cut-offs, equally strict for each criterion, that leave as many posts as wanted.

    A cut-off of the original that is laxer still stays. Where none leave as many, they are the strictest of those that
    leave most.
    """
    relaxed = _relax(measured, decided)
    applied = criteria_of(decided)
    found = {criterion.decision: _threshold(measured, criterion, decided, relaxed) for criterion in applied}
    unused = f"{AS_IN_ORIGINAL}; not used, because posts are taken by {decided['engagement_by'].replace('_', ' ')}."
    return {name: found.get(name) or Suggestion(decided[name], unused) for name in THRESHOLDS}


def suggest_size(measured: Measured, decided: Decided) -> dict[str, Suggestion]:
    """How many posts, by how many creators, up to how many of each: the original's numbers, or what can be drawn."""
    left = _eligible(in_order(measured, decided), decided)
    each, wanted, creators = (decided[name] for name in ("per_creator_at_most", "posts_wanted", "creators_wanted"))
    counted = f"{len(left):,} posts meet every cut-off"
    if left["creator_id"].isna().all():
        return {name: Suggestion(decided[name], f"{AS_IN_ORIGINAL}.", counted) for name in SIZES}
    # Creators stand in the order of their best post, as they are drawn.
    theirs = left.groupby("creator_id", sort=False).size()
    drawn = theirs.clip(upper=each).cumsum()
    counted += f", by {len(theirs):,} creators"
    if int(drawn.iloc[:creators].max()) >= wanted:
        return {
            name: Suggestion(decided[name], f"{AS_IN_ORIGINAL}; this capture can give it.", counted) for name in SIZES
        }
    enough = int((drawn < wanted).sum()) + 1
    most = int(drawn.max())
    few = f"{creators} creators would give {int(drawn.iloc[:creators].max())} of {wanted} posts here"
    if enough <= len(drawn):
        size, of = (wanted, f"{AS_IN_ORIGINAL}."), (enough, f"{few}; the first {enough} give {wanted}.")
    else:
        size = (
            most,
            f"This capture gives no more than {most} posts, up to {each} of each creator; {wanted} were wanted.",
        )
        of = len(theirs), f"{few}; {len(theirs)} are all whose posts meet the cut-offs."
    return {
        "posts_wanted": Suggestion(*size, counted),
        "creators_wanted": Suggestion(*of, counted),
        "per_creator_at_most": Suggestion(each, f"{AS_IN_ORIGINAL}.", counted),
    }


def values_to_try(decided: Decided) -> dict[str, list[Any]]:
    """The values that robustness tries: the original's, around the one that is decided here."""
    tried = {name: values for name, values in decided["robustness"].items() if name not in ENGAGEMENTS.values()}
    by = ENGAGEMENTS[decided["engagement_by"]]
    values = decided["robustness"].get(by, [0.25, 0.5, 0.75])
    return {name: _around(decided[name], values) for name, values in {by: values, **tried}.items()}


def _around(value: Any, values: list[Any]) -> list[Any]:
    """The values with the one decided among them; as many of the nearest as are worth the time of the combinations."""
    if value in values or isinstance(value, str):
        return values if value in values else [value, *values]
    nearest = sorted(values, key=lambda other: (abs(other - value), other))[: VALUES_TRIED - 1]
    return sorted([value, *nearest])


def _suggest_side_by(captured: Captured) -> Suggestion:
    creators, sides = captured.creators, captured.sides
    told = 0 if isinstance(creators, NotComputable) else int(creators["side"].notna().sum())
    if told:
        counted = f"{told:,} of {len(creators):,} accounts have a side"
        return Suggestion("creators", "The accounts say of themselves to which side they belong.", counted)
    if not are_told_apart(sides):
        reason = (
            f"Both sides write in {sides['host'].script} letters, so that their languages cannot tell them apart; a "
            "table of accounts with the side of each can."
        )
        return Suggestion("creators", reason, "no account has a side")
    reason = (
        "No capturing tool tells an account's side. The language in which it writes is a poor substitute, because "
        "people write each other's."
    )
    return Suggestion("language", reason, "no account has a side")


def _suggest_engagement(posts: Any) -> Suggestion:
    ranked = 0.0 if isinstance(posts, NotComputable) or posts.empty else float(posts["search_rank"].notna().mean())
    counted = f"{100 * ranked:.0f} % of the posts have a search rank"
    if ranked > 1 / 2:
        return Suggestion("search_rank", "Prominence in the search results, as in the original study.", counted)
    reason = "The capture has few search ranks or none; likes stand for prominence in the search results."
    return Suggestion("likes", reason, counted)


def _measured(captured: Captured, decided: Decided) -> Any:
    """What the criteria ask for, measured as the notebooks measure it."""
    tidied = corpus.tidy(captured.posts, captured.sides)
    if isinstance(tidied, NotComputable):
        return tidied
    comments = corpus.tidy_comments(captured.comments, tidied.rows, captured.sides).rows
    accounts = tell_sides(captured.creators, tidied.rows, comments, decided["side_by"], captured.sides)
    return measure_posts(tidied.rows, comments, accounts, token_unit=decided["token_unit"], sides=captured.sides)


def _relax(measured: Measured, decided: Decided) -> Decided:
    """The decisions as they are if they leave enough posts, else with cut-offs as strict as leave enough, or most."""
    best, most = decided, -1
    for level in (0.0, *LEVELS):
        cut_offs = {asked.decision: _cut_off(measured, asked, decided, level) for asked in criteria_of(decided)}
        tried = {**decided, **cut_offs}
        left = len(_eligible(measured.posts, tried))
        if left > most:
            best, most = tried, left
        if left >= decided["posts_wanted"]:
            break
    return best


def _eligible(posts: pd.DataFrame, decided: Decided) -> pd.DataFrame:
    for criterion in criteria_of(decided):
        posts = posts[meets(posts, criterion, decided[criterion.decision]).fillna(value=False)]
    return posts


def _cut_off(measured: Measured, criterion: Criterion, decided: Decided, level: float) -> Any:
    """A cut-off that about this share of the posts meet by itself, or the original's where that is laxer."""
    value = decided[criterion.decision]
    if criterion.measure in measured.absent or not level:
        return value
    share = DECISIONS[criterion.decision][0] is float
    found = measured.posts[criterion.measure].dropna().astype("float64")
    step = 100 if share else 1
    if criterion.at_least:
        # A cut-off of 0 asks for nothing: it is the last resort, where any other would leave no post at all.
        least = 1 / step if found.ge(1 / step).any() else 0
        lowest = float(found.quantile(1 - level, interpolation="lower"))
        return min(value, _plain(max(least, floor(lowest * step) / step), share=share))
    return max(value, _plain(ceil(float(found.quantile(level, interpolation="higher")) * step) / step, share=share))


def _plain(number: float, *, share: bool) -> float:
    return number if share else int(number)


def _threshold(measured: Measured, criterion: Criterion, decided: Decided, relaxed: Decided) -> Suggestion:
    name, posts = criterion.decision, measured.posts
    before, after = decided[name], relaxed[name]
    if criterion.measure in measured.absent:
        absent = measured.absent[criterion.measure]
        return Suggestion(
            before, f"{AS_IN_ORIGINAL}; it cannot be applied here: {absent}.", f"not computable: {absent}"
        )
    left = int(meets(posts, criterion, after).sum())
    counted = f"{after} leaves {left:,} of {len(posts):,} posts"
    if after == before:
        return Suggestion(before, f"{AS_IN_ORIGINAL}; by itself it leaves {left:,} of {len(posts):,} posts.", counted)
    alone = int(meets(posts, criterion, before).sum())
    counted = f"suggested: {counted}; the original's {before} would leave {alone:,}"
    if criterion.at_least and not after:
        reason = (
            f"Not applied (0 asks for nothing): {criterion.asks}, of which no post of this capture shows any, perhaps "
            "because it was not captured. With a cut-off of more, no post would be left."
        )
        return Suggestion(after, reason, counted)
    wanted, all_left = decided["posts_wanted"], len(_eligible(posts, relaxed))
    until = f"until the {wanted:,} wanted were left"
    if all_left < wanted:
        until = f"as far as it helped; {all_left:,} of the {wanted:,} wanted are left"
    reason = (
        f"With the original's {before}, {alone:,} of the {len(posts):,} posts of this capture pass, and the criteria "
        f"together leave too few. So all of them were loosened alike, {until}. With {after}, {left:,} posts pass."
    )
    return Suggestion(after, reason, counted)
