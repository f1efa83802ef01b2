"""What is given out to be coded or read: the sample that was drawn, or the whole corpus."""

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.computable import NotComputable
from analysis.errors import StudyError
from analysis.privacy import masked
from analysis.study import Study
from analysis.units import Corpus, corpus_of

SAMPLE = "03-sample-posts"


def scope_of(study: Study, *, everything: bool = False) -> Corpus:
    """The posts of the sample in their order with all that belongs to them, and the documents; or everything there is.

    Raises `StudyError` where no sample was drawn yet, or the corpus has changed since.
    """
    corpus = corpus_of(study)
    if everything:
        if corpus.posts.empty and corpus.documents.empty:
            raise StudyError(f"{study.name}: there is nothing to give out. Import a capture: compendium import.")
        return corpus
    sample = study.result(SAMPLE)
    _refuse_undrawn(study, sample)
    places = dict(zip(sample["post_id"], sample["place"], strict=True))
    place = corpus.posts["post_id"].map(places).fillna(masked(corpus.posts["post_id"]).map(places))
    if place.notna().sum() != len(sample):
        raise StudyError(
            f"{study.name}: {int(place.notna().sum())} of the {len(sample)} posts of the sample are in the corpus; it "
            f"was imported anew since the sample was drawn. Draw it again: compendium run {study.name}."
        )
    kept = corpus.posts[place.notna()].assign(_place=place).sort_values("_place").drop(columns="_place")
    return replace(
        corpus,
        posts=kept.reset_index(drop=True),
        comments=_under(corpus.comments, kept["post_id"]),
        screenshots=_under(corpus.screenshots, kept["post_id"]),
    )


def _refuse_undrawn(study: Study, sample: Any) -> None:
    every = "Or: --all takes the whole corpus."
    if isinstance(sample, NotComputable):
        raise StudyError(
            f"{study.name}: no sample was drawn yet: {sample.reason}. Draw one: compendium run {study.name}. {every}"
        )
    if sample.empty:
        raise StudyError(
            f"{study.name}: the sample has no posts. See why: compendium sample {study.name}; correct the decisions in "
            f"study.yml, then draw again: compendium run {study.name}. {every}"
        )


def _under(rows: pd.DataFrame, posts: pd.Series) -> pd.DataFrame:
    return rows[rows["post_id"].isin(posts)].reset_index(drop=True)
