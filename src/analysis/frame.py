"""The frame: how large the conversation was under each hashtag, and under which hashtags the corpus was posted.

A post counts under every hashtag that it bears, so totals over hashtags are upper bounds of the posts there were.
"""

from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import NotComputable, computable, need
from analysis.sources.counts import parse_count

# A tag of fewer posts could lead to who wrote them.
POSTS_PER_TAG_AT_LEAST = 5


def recorded(hashtags: Any) -> Any:
    """The study's hashtag totals, or that nobody recorded them."""
    if isinstance(hashtags, NotComputable):
        return NotComputable("nobody recorded hashtag totals for this study")
    return hashtags


@computable
def compare(hashtags: pd.DataFrame) -> pd.DataFrame:
    """Each hashtag's share of the posts and views under all of them, and its views per post; the largest first."""
    need(hashtags, "nobody recorded hashtag totals for this study")
    ranked = hashtags.sort_values(["posts", "hashtag"], ascending=[False, True], ignore_index=True)
    posts, views = ranked["posts"].astype("float64"), ranked["views"].astype("float64")
    return pd.DataFrame(
        {
            "hashtag": ranked["hashtag"],
            "role": ranked["role"],
            "posts": ranked["posts"],
            "share_of_posts": posts / posts.sum(),
            "views": ranked["views"],
            "share_of_views": views / views.sum(),
            "views_per_post": views / posts,
        }
    )


@computable
def check_printed(hashtags: pd.DataFrame) -> pd.DataFrame:
    """Each total as printed, the number it stands for, and whether the table holds that number."""
    rows = [
        {"hashtag": row["hashtag"], "measure": measure, "printed": row[f"{measure}_printed"], "in_table": row[measure]}
        for row in hashtags.sort_values("hashtag").to_dict("records")
        for measure in ("posts", "views")
    ]
    table = pd.DataFrame([row | {"number": parse_count(row["printed"])[0]} for row in rows])
    return table.assign(agrees=(table["number"] == table["in_table"]).map({True: "yes", False: "no"}))


@computable
def summary(hashtags: pd.DataFrame) -> dict[str, Any]:
    """The frame in single values: the first hashtag against all."""
    need(hashtags, "nobody recorded hashtag totals for this study")
    compared = compare(hashtags)
    first = compared[compared["role"] == "first"].iloc[0]
    return {
        "hashtags": len(compared),
        "posts_first": int(first["posts"]),
        "views_first": int(first["views"]),
        "posts_total": int(compared["posts"].sum()),
        "views_total": int(compared["views"].sum()),
        "share_first": float(first["share_of_posts"]),
        "views_per_post_first": float(first["views_per_post"]),
        "read_on": hashtags["read_on"].max(),
    }


@computable
def hashtags_in_corpus(posts: pd.DataFrame, at_least: int = POSTS_PER_TAG_AT_LEAST) -> pd.DataFrame:
    """How many posts of the capture bear each hashtag, however capitalised; hashtags of few posts are left out."""
    counted = _bearing(posts).value_counts()
    need(counted, "the capture has no hashtags")
    frequent = counted[counted >= at_least].rename_axis("hashtag").reset_index(name="posts")
    need(frequent, f"no hashtag stands on {at_least} posts or more")
    ranked = frequent.sort_values(["posts", "hashtag"], ascending=[False, True], ignore_index=True)
    return ranked.assign(share_of_posts=ranked["posts"] / len(posts))


@computable
def share_with_hashtags(posts: pd.DataFrame) -> float:
    """The share of the capture's posts that bear any hashtag."""
    need(posts["hashtags"].dropna(), "the capture has no hashtags")
    return float(posts["hashtags"].notna().mean())


def _bearing(posts: pd.DataFrame) -> pd.Series:
    """A hashtag for each post that bears it."""
    tags = [tag for cell in posts["hashtags"] for tag in sorted({word.casefold() for word in schema.words(cell)})]
    return pd.Series(tags, dtype="str")
