"""What counts as one unit of the analysis: a screenshot, a post with its comments, or each text by itself.

Coders code texts, or pictures of them; `coding_unit` in study.yml says what these are counted by. A document that
came with the codings belongs to no post and is a unit by itself under each of the three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import schema
from analysis.computable import CannotCompute, NotComputable, computable, need
from analysis.errors import TableError
from analysis.language import with_languages, wording
from analysis.schema import words
from analysis.settings import Side
from analysis.study import Study

SCREENSHOT, POST, TEXT = "screenshot", "post", "text"
COLUMNS = ["coded", "unit", "unit_type", "post_id"]


@dataclass(frozen=True)
class Corpus:
    """Everything that can be coded; a table that the study lacks is empty."""

    posts: pd.DataFrame
    comments: pd.DataFrame
    screenshots: pd.DataFrame
    documents: pd.DataFrame

    @property
    def creators(self) -> dict[str, str]:
        """Who published each post; a post whose creator is not known takes the creator's place."""
        known = self.posts.dropna(subset=["creator_id"])
        return dict(zip(known["post_id"], known["creator_id"], strict=True))

    @cached_property
    def places(self) -> dict[str, pd.DataFrame]:
        """What can be coded and the unit that it counts for, by the units that were asked for so far."""
        return {}


def corpus_of(study: Study) -> Corpus:
    """Gather what a study's coders could code."""
    return Corpus(*(_or_none(study.table(name), name) for name in ("posts", "comments", "screenshots", "documents")))


def _or_none(table: Any, name: str) -> pd.DataFrame:
    return schema.empty(name) if isinstance(table, NotComputable) else table


@computable
def placed(codings: pd.DataFrame, corpus: Corpus, coding_unit: str) -> pd.DataFrame:
    """Put each coding on the unit that it counts for: add `unit` and `post_id`.

    A text that several screenshots show counts for the first of them. A picture that is coded as a whole or in
    part counts for the post that it shows, or is a unit by itself where each text is one.
    Raises `TableError` with every unit that is not in the corpus: a coding is never silently lost.
    """
    need(codings, "there are no codings")
    places = _places(corpus, coding_unit).drop_duplicates("coded").set_index("coded")
    _refuse_unknown("codings", codings, corpus, coding_unit)
    return codings.assign(
        unit=codings["unit_id"].map(places["unit"]), post_id=codings["unit_id"].map(places["post_id"])
    )


@computable
def placed_readings(readings: pd.DataFrame, corpus: Corpus, coding_unit: str) -> pd.DataFrame:
    """Say which units were read: coder, round, unit, post_id, position and again, in the order of each coder's reading.

    A unit was read `again` for what was split alone if nothing that belongs to it was read whole in that round.
    Who read a screenshot read every text on it; who read a text read the unit that it belongs to.
    Raises `TableError` with every unit that is not in the corpus.
    """
    need(readings, "nothing was read")
    places = _places(corpus, coding_unit)
    read = places if coding_unit == TEXT else places.drop_duplicates("coded")
    _refuse_unknown("readings", readings, corpus, coding_unit)
    joined = readings.merge(_with_texts_of_pictures(read, corpus, coding_unit), left_on="unit_id", right_on="coded")
    joined["again"] = joined["again"].fillna(value=False)
    joined["again"] = joined.groupby(["coder", "round", "unit"])["again"].transform("all").astype("boolean")
    ordered = joined.sort_values(["coder", "round", "position"], kind="stable")
    once = ordered.drop_duplicates(["coder", "round", "unit"], ignore_index=True)
    position = once.groupby(["coder", "round"]).cumcount() + 1
    return once.assign(position=position)[["coder", "round", "unit", "post_id", "position", "again"]]


@computable
def units_of(readings: pd.DataFrame, placed: pd.DataFrame, corpus: Corpus, coding_unit: str) -> pd.DataFrame:
    """List the units that anybody read or coded: unit_id, post_id, creator_id and unit_type.

    `readings` and `placed` are those that this module placed. Units nest in posts and posts in creators; where the
    creator is not known, the post takes the creator's place, so that intervals resample what belongs together.
    """
    seen = pd.concat([part[["unit", "post_id"]] for part in (readings, placed)])
    need(seen, "nothing was read")
    units = seen.drop_duplicates("unit").rename(columns={"unit": "unit_id"})
    kinds = _places(corpus, coding_unit).drop_duplicates("unit").set_index("unit")["unit_type"]
    creator = units["post_id"].map(corpus.creators).fillna(units["post_id"])
    whole = units.assign(creator_id=creator, unit_type=units["unit_id"].map(kinds))
    return whole.sort_values("unit_id", ignore_index=True)


def texts_of(units: Any, corpus: Corpus, accounts: Any, coding_unit: str, sides: Mapping[str, Side]) -> Any:
    """The posts and comments on the units: text_id, unit_id, creator_id of the unit, side of the writer, language.

    `accounts` are those whose sides were told, or their absence; then nobody has a side. A language that was not
    captured is told by the scripts of the study's sides, as in the corpus.
    """
    return _with_sides(_texts(units, corpus, coding_unit, sides), sides_of(accounts))


@computable
def _texts(units: pd.DataFrame, corpus: Corpus, coding_unit: str, sides: Mapping[str, Side]) -> pd.DataFrame:
    told = with_languages(corpus.posts, wording(corpus.posts), sides)
    posts = told[["post_id", "creator_id", "language"]].set_axis(["text_id", "writer", "language"], axis=1)
    answers = with_languages(corpus.comments, corpus.comments["text"], sides)
    said = answers[["comment_id", "author_id", "language"]].set_axis(posts.columns, axis=1)
    texts = pd.concat([posts, said], ignore_index=True)
    unit_of = _places(corpus, coding_unit).drop_duplicates("coded").set_index("coded")["unit"]
    return texts.assign(unit_id=texts["text_id"].map(unit_of)).merge(units[["unit_id", "creator_id"]], on="unit_id")


@computable
def _with_sides(texts: pd.DataFrame, sides: dict[str, str]) -> pd.DataFrame:
    return texts.assign(side=texts["writer"].map(sides).astype("str")).drop(columns="writer")


def sides_of(accounts: Any) -> dict[str, str]:
    """The side of each account; none where the accounts are not known."""
    if isinstance(accounts, NotComputable):
        return {}
    return dict(zip(accounts["creator_id"], accounts["side"], strict=True))


def _places(corpus: Corpus, coding_unit: str) -> pd.DataFrame:
    """Whatever can be coded, and the unit that it counts for: coded, unit, unit_type, post_id."""
    if coding_unit not in corpus.places:
        of = {SCREENSHOT: _by_screenshot, POST: _by_post, TEXT: _by_text}
        documents = corpus.documents["unit_id"]
        itself = pd.DataFrame({"coded": documents, "unit": documents, "unit_type": "document", "post_id": documents})
        corpus.places[coding_unit] = pd.concat([of[coding_unit](corpus), itself[COLUMNS]], ignore_index=True)
    return corpus.places[coding_unit]


def _by_screenshot(corpus: Corpus) -> pd.DataFrame:
    screenshots = corpus.screenshots
    shown = screenshots.assign(coded=screenshots["shows"].map(words)).explode("coded").dropna(subset=["coded"])
    both = pd.concat([screenshots.assign(coded=screenshots["screenshot_id"]), shown])
    return both.assign(unit=both["screenshot_id"], unit_type=SCREENSHOT)[COLUMNS]


def _by_post(corpus: Corpus) -> pd.DataFrame:
    posts, comments, screenshots = corpus.posts, corpus.comments, corpus.screenshots
    coded = pd.concat([posts["post_id"], comments["comment_id"], screenshots["screenshot_id"]])
    unit = pd.concat([posts["post_id"], comments["post_id"], screenshots["post_id"]])
    return pd.DataFrame({"coded": coded, "unit": unit, "unit_type": POST, "post_id": unit})


def _by_text(corpus: Corpus) -> pd.DataFrame:
    kinds = {"post": corpus.posts, "comment": corpus.comments, "screenshot": corpus.screenshots}
    return pd.concat(
        [
            pd.DataFrame({
                "coded": table[f"{kind}_id"], "unit": table[f"{kind}_id"], "unit_type": kind,
                "post_id": table["post_id"],
            })
            for kind, table in kinds.items()
        ]
    )  # fmt: skip


def _with_texts_of_pictures(places: pd.DataFrame, corpus: Corpus, coding_unit: str) -> pd.DataFrame:
    """Put the texts that a screenshot shows in its place, where each text is a unit."""
    if coding_unit != TEXT or corpus.screenshots.empty:
        return places
    shown = corpus.screenshots.assign(unit=corpus.screenshots["shows"].map(words)).explode("unit")
    texts = shown.dropna(subset=["unit"]).assign(coded=lambda rows: rows["screenshot_id"], unit_type=TEXT)
    # The picture itself is no unit that was read, unless somebody coded it or its texts are not known.
    others = places[~places["coded"].isin(texts["screenshot_id"])]
    return pd.concat([others, texts[COLUMNS]], ignore_index=True)


def _refuse_unknown(table: str, rows: pd.DataFrame, corpus: Corpus, coding_unit: str) -> None:
    """Raise `TableError` with every unit that has no place; `CannotCompute` where there are no screenshots at all."""
    lost = sorted(set(rows.loc[~rows["unit_id"].isin(_places(corpus, coding_unit)["coded"]), "unit_id"]))
    if not lost:
        return
    named = ", ".join(map(repr, lost))
    if coding_unit != SCREENSHOT:
        raise TableError(
            f"{table}: no post, comment, screenshot or document of the study is called {named}. "
            f"Import the capture that has them, or take them out of the {table}."
        )
    if corpus.screenshots.empty:
        raise CannotCompute("the study has no screenshots, which coding_unit counts by; post or text would do without")
    raise TableError(
        f"{table}: no screenshot shows {named}. Add each to the column 'shows' of one screenshot, "
        f"take it out of the {table}, or choose another coding_unit in study.yml."
    )
