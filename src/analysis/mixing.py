"""How far texts, threads and sides mix the two languages: code-switching measured by the script of each token.

A token in neither side's script is of no language here: the measures leave it out, and it is counted. What a token is,
a word or a character, changes every measure; see `language.TOKEN_UNITS`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis import schema
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.exchange import interval, thread_of
from analysis.language import sides_of_tokens, wording
from analysis.settings import Side
from analysis.switching import of_texts

MEASURES = ("cmi", "m_index", "i_index", "burstiness")
TEXTS = ["text_id", "post_id", "author_id", "thread", "created_at", "wording"]


def texts_of(posts: Any, comments: Any) -> Any:
    """Posts and comments as texts of one kind: who wrote each, when, and in which thread; either may be absent."""
    parts = [part for part in (_posts(posts), _comments(comments)) if not isinstance(part, NotComputable)]
    return pd.concat(parts, ignore_index=True) if parts else posts


@computable
def _posts(posts: pd.DataFrame) -> pd.DataFrame:
    named = posts.assign(text_id=posts["post_id"], author_id=posts["creator_id"], created_at=posts["published_at"])
    return named.assign(thread=pd.Series(dtype="str"), wording=wording(posts))[TEXTS]


@computable
def _comments(comments: pd.DataFrame) -> pd.DataFrame:
    roots = thread_of(comments)
    answered = roots[comments["parent_comment_id"].notna()]
    # A comment that nobody answered is no thread.
    threads = roots.where(roots.isin(answered))
    return comments.assign(text_id=comments["comment_id"], thread=threads, wording=comments["text"])[TEXTS]


@computable
def by_text(texts: pd.DataFrame, sides: Mapping[str, Side], token_unit: str) -> pd.DataFrame:
    """Measure each text: `tags` are its tokens of the two sides in order, `other` counts the rest."""
    tags, other = _tagged(texts, sides, token_unit)
    measured = pd.DataFrame([of_texts([found]) for found in tags], index=texts.index)
    return texts.drop(columns="wording").assign(tags=tags, other=other, **measured)


@computable
def by_token_unit(texts: pd.DataFrame, sides: Mapping[str, Side], token_units: Sequence[str]) -> pd.DataFrame:
    """Set the measures over all texts side by side for each unit of counting."""
    tagged = {unit: _tagged(texts, sides, unit)[0].tolist() for unit in token_units}
    return pd.DataFrame([
        {"token_unit": unit, "tokens": sum(map(len, tags)), **of_texts(tags)} for unit, tags in tagged.items()
    ])  # fmt: skip


def _tagged(texts: pd.DataFrame, sides: Mapping[str, Side], token_unit: str) -> tuple[pd.Series, pd.Series]:
    """The tokens of each text that are of the two sides, and how many others it has."""
    need(texts, "there are no texts")
    tokens = sides_of_tokens(texts["wording"], sides, token_unit)
    tags = tokens.map(lambda found: [tag for tag in found if tag != "other"])
    if not tags.map(len).any():
        raise CannotCompute("no text has words of either language")
    return tags, tokens.map(len) - tags.map(len)


def by_side(measured: Any, accounts: Any, confidence: float) -> Any:
    """Measure all texts of each side together, and those of all writers; see `of_texts`."""
    known = (
        {} if isinstance(accounts, NotComputable) else dict(zip(accounts["creator_id"], accounts["side"], strict=True))
    )
    return _by_side(measured, known, confidence)


@computable
def _by_side(measured: pd.DataFrame, known: dict[str, str], confidence: float) -> pd.DataFrame:
    side = measured["author_id"].map(known)
    parts = {name: measured[side == name] for name in schema.SIDES}
    rows = [_together(name, part, confidence) for name, part in {**parts, "all": measured}.items()]
    return pd.DataFrame([row for row in rows if row["texts"]])


def _together(name: str, part: pd.DataFrame, confidence: float) -> dict[str, Any]:
    tags = [found for found in part["tags"] if found]
    mixed = sum(len(set(found)) > 1 for found in tags)
    share = interval(mixed, len(tags), confidence) if tags else dict.fromkeys(("share", "low", "high"), np.nan)
    count = Counter(tag for found in tags for tag in found)
    in_each = {f"in_{side}_language": count[side] for side in schema.SIDES}
    counted = {"side": name, "texts": len(tags), "mixed": mixed, **share}
    return {**counted, "tokens": count.total(), **in_each, "other": int(part["other"].sum()), **of_texts(tags)}


@computable
def by_thread(measured: pd.DataFrame) -> pd.DataFrame:
    """Measure each thread as one text, its comments one after the other in the order of their times.

    An answer in the other language is a switch here.
    """
    inside = measured.dropna(subset=["thread"]).sort_values(["thread", "created_at", "text_id"])
    need(inside, "the capture has no replies")
    joined = inside.groupby("thread")["tags"].agg(lambda found: [tag for tags in found for tag in tags])
    rows = pd.DataFrame([of_texts([tags]) for tags in joined], index=joined.index)
    both = joined.map(lambda tags: len(set(tags)) > 1)
    return rows.assign(tokens=joined.map(len), mixed=both).reset_index()


@computable
def over_threads(found: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Sum up threads by whether both sides take part: how many hold both languages, and the median of each measure."""
    both = found["thread"].map(threads.set_index("thread")["both"]).eq(other=True)
    parts = {"both sides": found[both], "one side, or not known": found[~both], "all": found}
    return pd.DataFrame([
        {
            "threads_of": name,
            "threads": len(part),
            "mixed": int(part["mixed"].sum()),
            "share": part["mixed"].mean(),
            **part[list(MEASURES)].median(),
        }
        for name, part in parts.items()
        if len(part)
    ])  # fmt: skip


@computable
def answered_in(answered: pd.DataFrame, comments: pd.DataFrame, sides: Mapping[str, Side]) -> pd.DataFrame:
    """Count in which language replies of each side to each are: the writer's own, the other side's, or both.

    Replies in another language, or without words, are in `neither` and not in the shares.
    """
    language = answered["comment_id"].map(comments.set_index("comment_id")["language"])
    own = answered["from_side"].map({name: side.language for name, side in sides.items()})
    foreign = answered["from_side"].map(dict(zip(sides, [side.language for side in sides.values()][::-1], strict=True)))
    how = np.select([language == own, language == foreign, language == "mixed"], ["own", "others", "both"], "neither")
    counted = answered.assign(how=how).dropna(subset=["from_side", "to_side"])
    need(counted, "no reply is known to be between two sides")
    table = pd.crosstab([counted["from_side"], counted["to_side"]], counted["how"])
    table = table.reindex(columns=["own", "both", "others", "neither"], fill_value=0).rename_axis(columns=None)
    told = table[["own", "both", "others"]].sum(axis=1)
    return table.assign(share_others=table["others"] / told.where(told > 0)).reset_index()


@computable
def share_in_others(table: pd.DataFrame) -> float:
    """Of the replies across the border, the share that is wholly in the language of the side that is answered."""
    across = table[table["from_side"] != table["to_side"]]
    told = int(across[["own", "both", "others"]].to_numpy().sum())
    if not told:
        raise CannotCompute("no reply across the border has words of either language")
    return int(across["others"].sum()) / told


@computable
def of_all(table: pd.DataFrame, measure: str) -> float:
    """One measure over the texts of all writers."""
    value = float(table.loc[table["side"] == "all", measure].iloc[0])
    if np.isnan(value):
        raise CannotCompute("no text switches between the languages")
    return value
