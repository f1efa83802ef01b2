"""Frames for tests: ties, missing values, lower bounds, no creators, a measure that is missing throughout."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.database import connected
from analysis.study import Study, open_study

PROJECT_ROOT = Path(__file__).resolve().parent.parent
MEASURES = {"search_rank": 9, "newcomer_share": 1, "comments_count": 40, "host_comments": 5, "creator_replies": 3}
DECIDED: dict[str, Any] = {
    "side_by": "creators", "engagement_by": "search_rank", "search_rank_at_most": 6, "likes_top_share": 0.6,
    "newcomer_share_at_least": 0.3, "token_unit": "word", "min_comments": 10, "min_host_comments": 2,
    "min_creator_replies": 1, "creators_wanted": 3, "per_creator_at_most": 2, "posts_wanted": 5, "sample_seed": 7,
}  # fmt: skip


def made(seed: int, count: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    posts = pd.DataFrame({"post_id": [f"p{number:05}" for number in draw.permutation(count)]}, dtype="str")
    posts["creator_id"] = pd.Series(
        [f"u{n}" if n else None for n in draw.integers(0, max(3, count // 15), count)], dtype="str"
    )
    posts["likes"] = some(draw, draw.integers(0, 12, count))
    for name, most in MEASURES.items():
        posts[name] = some(draw, draw.integers(0, most + 1, count) if most > 1 else draw.integers(0, 11, count) / 10)
    for name in ("likes", "comments_count"):
        shown = posts[name].astype("str") + np.where(draw.random(count) < 0.2, "+", "")
        posts[f"{name}_captured"] = shown.where(posts[name].notna()).astype("str")
    for lacking in draw.choice(["creator_id", *MEASURES, "", "", "", ""], 1):
        if lacking:
            posts[lacking] = posts[lacking].where(pd.Series(data=False, index=posts.index))
    return posts


def some(draw: Any, numbers: Any) -> pd.Series:
    """A column of numbers of which now and then one is missing."""
    whole = pd.Series(numbers, dtype="Float64" if numbers.dtype == float else "Int64")
    return whole.mask(draw.random(len(whole)) < 0.1)


def study_of(root: Path, file: str, **more: str) -> Study:
    """The original's study, with posts that lie in this file."""
    this = open_study(root=PROJECT_ROOT)
    entries = {"posts": file, **more}
    named = {name: {"file": str(root / path), "origin": "stand-in"} for name, path in entries.items()}
    return Study(this.name, this.root, {**this.settings, "tables": named})


def written(posts: pd.DataFrame, path: Path) -> None:
    """Put a table into a Parquet file, its types as they are."""
    with connected() as db:
        db.register("made", posts)
        db.execute(f"COPY made TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


def decided_from(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed + 1)
    by = str(draw.choice(["search_rank", "likes"]))
    return {**DECIDED, "engagement_by": by, "sample_seed": seed, "min_comments": int(draw.choice([0, 10, 20])),
            "creators_wanted": int(draw.integers(1, 6)), "posts_wanted": int(draw.integers(1, 9))}  # fmt: skip


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow larger than so many bytes, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, allowed[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
