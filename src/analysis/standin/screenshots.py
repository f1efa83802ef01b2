"""The screenshots of the stand-in sample: as many as the article has, over the posts that the sampler draws."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import schema
from analysis.standin.accounts import SOURCE
from analysis.standin.margins import Margins, share_out
from analysis.standin.posts import last_second

# Widths and heights of the telephones that two readers would use.
PHONES = ((1080, 2340), (1170, 2532), (1125, 2436), (1080, 2400))
# At most this share of a run of comments was scrolled past without a screenshot.
SKIPPED = 0.4


def take_screenshots(
    margins: Margins, sample: pd.DataFrame, comments: pd.DataFrame, generator: np.random.Generator
) -> pd.DataFrame:
    """Take the published number of screenshots of the sampled posts, more of the longer commenting areas.

    Posts follow each other as they were captured; a post's first screenshot shows the post itself.
    """
    posts = sample.sort_values(["collected_at", "post_id"], ignore_index=True)
    under = {str(post): list(ids) for post, ids in comments.groupby("post_id", sort=False)["comment_id"]}
    found = [under.get(post, []) for post in posts["post_id"]]
    per_post = 1 + share_out(margins.screenshots - len(posts), np.array([len(ids) for ids in found]))
    rows = list(_rows(posts, found, per_post, last_second(margins), generator))
    for number, row in enumerate(rows, start=1):
        row["screenshot_id"] = f"s{number:0{len(str(len(rows)))}d}"
    table = pd.DataFrame(rows, columns=schema.TABLES["screenshots"].column_names)
    return schema.typed(table, "screenshots")


def _rows(
    posts: pd.DataFrame,
    found: list[list[str]],
    per_post: NDArray[np.int64],
    last: int,
    generator: np.random.Generator,
) -> Iterator[dict[str, object]]:
    collected = (posts["collected_at"] - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    each = zip(posts["post_id"], collected.tolist(), found, per_post.tolist(), strict=True)
    for post, captured, comment_ids, count in each:
        width, height = PHONES[int(generator.integers(len(PHONES)))]
        begun = captured + int(generator.integers(60, 1800))
        for number, run in enumerate(_runs(comment_ids, count, generator)):
            taken = min(begun + 20 * number + int(generator.integers(0, 15)), last)
            yield {
                "post_id": post,
                "shows": " ".join([post, *run] if number == 0 else run) or None,
                "path": None,
                "sha256": None,
                "width": width,
                "height": height,
                "captured_at": pd.Timestamp(taken, unit="s", tz="UTC").isoformat(),
                "source": SOURCE,
            }


def _runs(comment_ids: list[str], count: int, generator: np.random.Generator) -> Iterator[list[str]]:
    """Cut a commenting area into runs, of which the end may have been scrolled past."""
    for run in np.array_split(np.array(comment_ids, dtype=object), count):
        kept = len(run) - int(len(run) * SKIPPED * generator.random())
        yield [str(comment) for comment in run[:kept]]
