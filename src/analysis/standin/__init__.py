"""The seeded generator of the stand-in corpus: a made-up corpus with the article's margins.

The article's posts, screenshots and codings were never published. The stand-in takes their place so that every step of
the method can be shown and tried; it is never evidence. Its counts are computed from the published tables, its
sentences are made up, and every row says what it is.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis import tables
from analysis.errors import StudyError
from analysis.sampling import draw_sample
from analysis.standin.accounts import make_people
from analysis.standin.capture import write_capture
from analysis.standin.changes import given_before, history_table, made_up
from analysis.standin.coders import assign_readings, code_of_acts, code_spans, find_spans, readings_table
from analysis.standin.comments import Talk, make_comments
from analysis.standin.margins import Margins, read_margins
from analysis.standin.phrases import Dice, Mark
from analysis.standin.posts import Frame, first_second, make_posts
from analysis.standin.screenshots import take_screenshots
from analysis.study import open_study

__all__ = ["Margins", "generate", "read_margins", "write_standin"]

# Posts in the frame for each post of the sample, so that every criterion has something to reject.
FRAME_PER_POST = 5


def generate(margins: Margins, codebook: pd.DataFrame, *, seed: int, frame_posts: int) -> dict[str, pd.DataFrame]:
    """Make the captured tables, codings, readings and the codebook's history; the same seed makes the same tables.

    Raises `StudyError` when the frame is too small for the sample that the margins ask for.
    """
    # A source of chance for each step, so that a change in one does not move the others.
    chance = iter(np.random.default_rng(seed).spawn(6))
    people = make_people(margins, frame_posts, first_second(margins), next(chance))
    frame = make_posts(margins, people, frame_posts, next(chance))
    talk = make_comments(margins, people, frame, next(chance))
    writers = {*frame.posts["creator_id"], *talk.comments["author_id"]}
    creators = people.table(writers)
    sample = _sample(margins, frame.posts, talk.comments, creators)
    screenshots = take_screenshots(margins, sample, talk.comments, next(chance))
    readings = assign_readings(screenshots)
    spans = find_spans(screenshots, _marks(frame, talk))
    begins = margins.month + pd.offsets.MonthBegin(1)
    changes = made_up(codebook)
    as_now = code_spans(readings, spans, code_of_acts(codebook), begins, Dice(next(chance)))
    codings = given_before(as_now, changes, Dice(next(chance)))
    return {
        "posts": frame.posts,
        "comments": talk.comments,
        "creators": creators,
        "screenshots": screenshots,
        "codings": codings,
        "readings": readings_table(readings),
        "history": history_table(changes, begins),
    }


def write_standin(study_folder: Path, seed: int) -> dict[str, int]:
    """Write the stand-in corpus of a study into its folder: the number of rows of each table."""
    study = open_study(study_folder.name, study_folder.parent.parent)
    margins = read_margins(study.table("sample"), study.table("hashtags"), study.decisions, study.sides)
    made = generate(margins, study.table("codebook"), seed=seed, frame_posts=FRAME_PER_POST * margins.posts)
    for name, table in made.items():
        tables.write_table(table, study_folder / "standin" / f"{name}.csv", name)
    write_capture(made["posts"], made["comments"], study_folder.parent / "examples")
    return {name: len(table) for name, table in made.items()}


def _sample(margins: Margins, posts: pd.DataFrame, comments: pd.DataFrame, creators: pd.DataFrame) -> pd.DataFrame:
    """The posts of the frame that the sampler draws by the study's decisions."""
    drawn = draw_sample(posts, comments, creators, margins.decisions, margins.sides)
    if drawn.reached != "yes":
        raise StudyError(
            f"The stand-in frame does not give the sample that the article reports: {drawn.reached}. "
            "Choose another seed, a larger frame, or less strict decisions in study.yml."
        )
    return posts[posts["post_id"].isin(drawn.posts["post_id"])]


def _marks(frame: Frame, talk: Talk) -> dict[str, tuple[str, tuple[Mark, ...]]]:
    """Each unit's type and what its parts do."""
    posts = zip(frame.posts["post_id"], frame.said, strict=True)
    comments = zip(talk.comments["comment_id"], talk.said, strict=True)
    return {
        **{unit: ("post", said.marks) for unit, said in posts},
        **{unit: ("comment", said.marks) for unit, said in comments},
    }
