"""Which side an account is on: as the accounts say of themselves, or by the language in which they write.

No capturing tool tells sides. Where nobody has told them by hand, the language of an account's own posts and comments
can stand for them, which is another measure and not a cheaper one: a host who writes in the newcomers' language is then
counted as a newcomer.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import NotComputable, computable, need
from analysis.errors import StudyError
from analysis.language import count_tokens, wording
from analysis.settings import Side

TOLD_BY = {
    "creators": "what the accounts say of themselves",
    "language": "the language in which an account writes most",
}
MADE_BY = "the language of its texts"


def tell_sides(creators: Any, posts: Any, comments: Any, side_by: str, sides: Mapping[str, Side]) -> Any:
    """The accounts with the side of each; the three tables may be `NotComputable`.

    By `creators` they are as they stand; by `language` an account is on the side in whose language most words of its
    posts and comments are, and on none when there is no such language. Then a study needs no table of accounts.
    """
    if side_by not in TOLD_BY:
        raise StudyError(f"side_by: '{side_by}' is not one of {', '.join(TOLD_BY)}.")
    if side_by == "creators":
        return creators
    counted = _together(_tokens(posts, "creator_id", sides), _tokens(comments, "author_id", sides))
    known = schema.empty("creators") if isinstance(creators, NotComputable) else creators
    return _accounts(_side_most_written(counted, list(sides)), known)


@computable
def count_accounts(accounts: pd.DataFrame, side_by: str, sides: Mapping[str, Side]) -> pd.DataFrame:
    """How many accounts are on each side and on none, and by what that was told."""
    counted = accounts["side"].value_counts()
    need(counted, "the capture does not tell newcomers from hosts")
    rows = [(name, side.label, int(counted.get(name, 0))) for name, side in sides.items()]
    rows.append(("none", "not known", int(accounts["side"].isna().sum())))
    table = pd.DataFrame(rows, columns=["side", "name", "accounts"])
    return table.assign(share=table["accounts"] / len(accounts), told_by=TOLD_BY[side_by])


@computable
def _tokens(texts: pd.DataFrame, account: str, sides: Mapping[str, Side]) -> pd.DataFrame:
    """How many words of each language each account wrote in these texts."""
    written = wording(texts) if "title" in texts else texts["text"]
    return count_tokens(written, sides, "word").groupby(texts[account]).sum()


def _together(posts: Any, comments: Any) -> Any:
    """The words of posts and comments added up by account; either may be absent."""
    there = [table for table in (posts, comments) if not isinstance(table, NotComputable)]
    return pd.concat(there).groupby(level=0).sum() if there else posts


@computable
def _side_most_written(counted: pd.DataFrame, sides: list[str]) -> pd.Series:
    """Each account's side by its words; a tie and an account without a word tell nothing."""
    need(counted, "the capture names no accounts")
    most = counted.max(axis=1)
    clear = counted.eq(most, axis=0).sum(axis=1).eq(1) & counted["other"].ne(most)
    side: pd.Series = counted[sides].idxmax(axis=1).where(clear)
    return side


@computable
def _accounts(told: pd.Series, known: pd.DataFrame) -> pd.DataFrame:
    """The accounts that are known and those that wrote, each with the side that its words tell."""
    added = pd.DataFrame({"creator_id": sorted(set(told.index) - set(known["creator_id"])), "source": MADE_BY})
    accounts = pd.concat([known, added.astype("str")], ignore_index=True).sort_values("creator_id", ignore_index=True)
    columns = schema.TABLES["creators"].column_names
    return accounts.assign(side=accounts["creator_id"].map(told).astype("str"))[columns]
