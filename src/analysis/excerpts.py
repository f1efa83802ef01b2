"""What a page may show of the texts that hold a code: made-up ones as they are, captured ones as their people allow."""

from collections.abc import Mapping

import pandas as pd

from analysis import privacy
from analysis.coded import Coded
from analysis.computable import computable, need
from analysis.language import wording
from analysis.study import Study
from analysis.units import Corpus

# Excerpts of one code that a page shows.
SHOWN = 6


@computable
def excerpts(standing: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """What may be shown of each coding that stands: code_id, post_id, side, language, shown, as `shown_texts` gives it.

    A span is cut out of a text that may be shown as it is; else what may be told of the whole text is shown.
    """
    need(standing, "no code stands")
    joined = standing.merge(texts, on="unit_id", how="inner", validate="many_to_one")
    spans = [
        text[int(start) : int(end)] if verbatim and pd.notna(start) else shown
        for text, shown, verbatim, start, end in zip(
            joined["text"], joined["shown"], joined["verbatim"], joined["start"], joined["end"], strict=True
        )
    ]
    told = joined.assign(shown=pd.Series(spans, index=joined.index, dtype="str").str.split().str.join(" "))
    return told[["code_id", "post_id", "unit_id", "side", "language", "shown"]].drop_duplicates(ignore_index=True)


@computable
def shown_texts(study: Study, coded: Coded, standing: pd.DataFrame, sides: Mapping[str, str]) -> pd.DataFrame:
    """Each coded post and comment with what may be shown of it: unit_id, text, shown, verbatim, side, language.

    A document is left out: whom it is by is not known, and so not what they would allow. `sides` is the side of each
    account, as far as it is known.
    """
    texts = _texts(coded.corpus)
    whole = texts[texts["unit_id"].isin(standing["unit_id"])].reset_index(drop=True)
    whole = whole.assign(side=whole["writer"].map(sides).astype("str")).drop(columns="writer")
    if is_made_up(study):
        return whole.assign(shown=whole["text"], verbatim=True)
    gists, quote = study.table("gists"), study.quoting
    verbatim = privacy.may_be_quoted(whole["unit_id"], quote) & ~privacy.have_gist(whole["unit_id"], gists)
    return whole.assign(shown=privacy.as_quoted(whole, gists, quote), verbatim=verbatim)


def _texts(corpus: Corpus) -> pd.DataFrame:
    posts, comments = corpus.posts, corpus.comments
    return pd.DataFrame({
        "unit_id": pd.concat([posts["post_id"], comments["comment_id"]]),
        "text": pd.concat([wording(posts), comments["text"]]),
        "language": pd.concat([posts["language"], comments["language"]]),
        "writer": pd.concat([posts["creator_id"], comments["author_id"]]),
    })  # fmt: skip


def is_made_up(study: Study) -> bool:
    """Whether nobody wrote these texts, so that they can be shown as they are."""
    return all(study.origin_of(table) == "stand-in" for table in ("posts", "comments"))


def chosen(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The first few excerpts of a code, one from each post, and how many there are that may not be shown."""
    hidden = rows["shown"].isna() | rows["shown"].isin([*privacy.WITHHELD, ""])
    visible = rows[~hidden].drop_duplicates("post_id").drop_duplicates("shown")
    return visible.head(SHOWN), int(hidden.sum())
