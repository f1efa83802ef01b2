"""The posts and comments as the evidence browser may show them: made-up ones whole, captured ones as privacy allows.

Of a captured study not only the words can lead to a person. An exact day with an exact number of likes is as good as an
address, so both are made coarse unless every text may be quoted: the day becomes the Monday of its week, a count the
power of ten below it.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import privacy, units
from analysis.computable import NotComputable, computable, need
from analysis.excerpts import is_made_up
from analysis.in_files import files_at
from analysis.language import with_languages, wording
from analysis.settings import Side
from analysis.sides import tell_sides
from analysis.study import Study
from analysis.units import Corpus

# How a text is told: as it is, by a coder's gist, by its opening, or not at all.
WHOLE, GIST, OPENING, HIDDEN = TOLD = ("whole", "gist", "opening", "hidden")
TEXTS = ("posts", "comments", "creators")


def shown_rows(study: Study) -> "pd.DataFrame | NotComputable":
    """Each post followed by its comments: by whom, when, with how many likes, and what may be shown of its text.

    Not computable where the study has none, or where they are not on this machine, as when only results were passed on.
    """
    away = [path.name for name in TEXTS for path in study.files_of(name) if not any(map(Path.is_file, files_at(path)))]
    if away:
        return NotComputable(f"{', '.join(away)} is not here")
    return _shown(study, units.corpus_of(study))


def is_coarse(study: Study) -> bool:
    """Whether days and counts are made coarse."""
    return not is_made_up(study) and study.quoting != "all"


@computable
def _shown(study: Study, corpus: Corpus) -> pd.DataFrame:
    rows = _gathered(corpus, study.sides)
    need(rows, "there are no posts and no comments")
    told = rows.assign(side=_sides(study, rows), **_words(study, rows), shown_id=_names(study, rows["unit_id"]))
    coarse = is_coarse(study)
    dated = told.assign(
        when=_weeks(told["when"]) if coarse else told["when"],
        likes=_magnitudes(told["likes"]) if coarse else told["likes"],
    )
    return in_threads(dated)


def _gathered(corpus: Corpus, sides: Mapping[str, Side]) -> pd.DataFrame:
    """Posts and comments in one table, with what is known of each; languages as the notebooks tell them, by script."""
    posts = with_languages(corpus.posts, wording(corpus.posts), sides)
    comments = with_languages(corpus.comments, corpus.comments["text"], sides)
    return pd.DataFrame({
        "unit_id": pd.concat([posts["post_id"], comments["comment_id"]]),
        "kind": ["post"] * len(posts) + ["comment"] * len(comments),
        "post_id": pd.concat([posts["post_id"], comments["post_id"]]),
        "parent_id": pd.concat([posts["post_id"].mask(posts["post_id"].notna()), comments["parent_comment_id"]]),
        "writer": pd.concat([posts["creator_id"], comments["author_id"]]),
        "text": pd.concat([wording(posts), comments["text"]]),
        "language": pd.concat([posts["language"], comments["language"]]).fillna("unknown"),
        "when": pd.concat([posts["published_at"], comments["created_at"]]),
        "likes": pd.concat([posts["likes"], comments["likes"]]),
    }).reset_index(drop=True)  # fmt: skip


def _sides(study: Study, rows: pd.DataFrame) -> pd.Series:
    creators, posts, comments = (study.table(name) for name in ("creators", "posts", "comments"))
    accounts = tell_sides(creators, posts, comments, study.decide("side_by"), study.sides)
    return rows["writer"].map(units.sides_of(accounts)).astype("str")


def _words(study: Study, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """What may be shown of each text, how it is told, and whether spans can be marked in it."""
    if is_made_up(study):
        return {"shown": rows["text"], "told": rows["text"].map(lambda _: WHOLE), "verbatim": rows["text"].notna()}
    gists, quote = study.table("gists"), study.quoting
    texts = rows[["unit_id", "text"]].assign(creator_id=rows["writer"])
    shown = privacy.as_quoted(texts, gists, quote).fillna("")
    allowed, has_gist = privacy.may_be_quoted(rows["unit_id"], quote), privacy.have_gist(rows["unit_id"], gists)
    hidden = shown.isin([*privacy.WITHHELD, ""])
    told = pd.Series(OPENING, index=rows.index).mask(allowed, WHOLE).mask(has_gist, GIST).mask(hidden, HIDDEN)
    return {"shown": shown.mask(hidden, ""), "told": told, "verbatim": told == WHOLE}


def _names(study: Study, units_of: pd.Series) -> pd.Series:
    """A name for each row that leads to no post: its own where nobody wrote it, else a keyed digest, or a number.

    Without a key the rows are numbered in the order of their digests. That of the identifiers would tell what was
    written before what. Nothing is hidden from whoever has all the identifiers: they can count the same numbers.
    """
    if is_made_up(study):
        return units_of
    if study.key_file.is_file():
        return privacy.masked(units_of)
    digests = units_of.map(lambda unit: sha256(str(unit).encode()).hexdigest())
    return "n" + digests.rank(method="first").astype(int).astype("str")


def _weeks(when: pd.Series) -> pd.Series:
    days = when.dt.normalize()
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def _magnitudes(counts: pd.Series) -> pd.Series:
    """The power of ten below each count; none stays none.

    >>> _magnitudes(pd.Series([0, 7, 1063, None], dtype="Int64")).tolist()
    [0, 1, 1000, <NA>]
    """
    known = counts.dropna().astype(int)
    powers = np.array([10 ** (len(str(count)) - 1) if count > 0 else 0 for count in known], dtype=np.int64)
    return pd.Series(powers, index=known.index, dtype="Int64").reindex(counts.index)


def in_threads(rows: pd.DataFrame) -> pd.DataFrame:
    """Order rows by post and time, each post before its comments; comments whose post is not there come last."""
    posts = rows[rows["kind"] == "post"].sort_values(["when", "shown_id"])
    place = pd.Series(range(len(posts)), index=posts["post_id"])
    thread = rows["post_id"].map(place).fillna(len(posts)).astype(int)
    keyed = rows.assign(thread=thread, below=rows["kind"] == "comment")
    return keyed.sort_values(["thread", "below", "when", "shown_id"], ignore_index=True)
