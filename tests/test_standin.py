import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import agreement, exchange, history, sampling, saturation, schema, standin, tables, units
from analysis.errors import StudyError
from analysis.language import wording
from analysis.resampling import Resampling
from analysis.schema import words
from analysis.standin import coders, phrases
from analysis.study import Study, open_study
from making import contents

SEED = 2025
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study(root=Path(__file__).resolve().parent.parent)


@pytest.fixture(scope="module")
def margins(study: Study) -> standin.Margins:
    return standin.read_margins(study.table("sample"), study.table("hashtags"), study.decisions, study.sides)


@pytest.fixture(scope="module")
def made(study: Study, margins: standin.Margins) -> Tables:
    return make(study, margins)


def make(study: Study, margins: standin.Margins, *, seed: int = SEED) -> Tables:
    return standin.generate(margins, study.table("codebook"), seed=seed, frame_posts=5 * margins.posts)


def stated(study: Study, measure: str) -> int:
    sample = study.table("sample")
    return int(sample.loc[sample["measure"] == measure, "value"].iloc[0])


def with_counts(study: Study, **counts: int) -> pd.DataFrame:
    sample = study.table("sample")
    given = sample["measure"].map({name: str(count) for name, count in counts.items()})
    return sample.assign(value=given.fillna(sample["value"]))


def texts_of(made: Tables) -> pd.Series:
    posts = pd.Series(wording(made["posts"]).to_numpy(), index=made["posts"]["post_id"])
    return pd.concat([posts, made["comments"].set_index("comment_id")["text"]])


def corpus_of(made: Tables) -> units.Corpus:
    return units.Corpus(made["posts"], made["comments"], made["screenshots"], schema.empty("documents"))


def placed_of(made: Tables) -> pd.DataFrame:
    placed = units.placed(made["codings"], corpus_of(made), units.SCREENSHOT)
    return history.mapped(placed, made["history"], 2).codings


def test_the_margins_are_those_of_the_published_tables(study, made):
    screenshots = made["screenshots"]
    sampled = made["posts"][made["posts"]["post_id"].isin(screenshots["post_id"])]
    found = (len(sampled), sampled["creator_id"].nunique(), len(screenshots))
    assert found == (stated(study, "posts"), stated(study, "creators"), stated(study, "screenshots"))
    tags = study.table("hashtags").set_index("hashtag")["posts"]
    share = made["posts"]["query"].value_counts(normalize=True)
    assert (share.reindex(tags.index) - tags / tags.sum()).abs().max() < 1 / len(made["posts"])
    days = pd.concat([made["posts"]["published_at"], made["posts"]["collected_at"], screenshots["captured_at"]])
    assert set(days.dt.strftime("%Y-%m")) == {"2025-01"}


def test_other_published_counts_make_another_corpus(study):
    counts = {"posts": 30, "creators": 15, "screenshots": 70}
    margins = standin.read_margins(with_counts(study, **counts), study.table("hashtags"), study.decisions, study.sides)
    screenshots = make(study, margins)["screenshots"]
    assert (len(screenshots), screenshots["post_id"].nunique()) == (70, 30)


def test_the_sampler_draws_the_posts_that_have_screenshots(study, made):
    drawn = sampling.draw_sample(made["posts"], made["comments"], made["creators"], study.decisions, study.sides)
    assert drawn.reached == "yes"
    assert set(drawn.posts["post_id"]) == set(made["screenshots"]["post_id"])


def test_every_criterion_rejects_posts_and_leaves_more_than_are_wanted(study, margins, made):
    drawn = sampling.draw_sample(made["posts"], made["comments"], made["creators"], study.decisions, study.sides)
    flow = drawn.flow.set_index("step")
    criteria = [criterion.step for criterion in sampling.criteria_of(study.decisions)]
    assert (flow.loc[criteria, "dropped"] > 0).all()
    assert flow.loc[criteria[-1], "kept"] > 1.2 * margins.posts


@pytest.mark.parametrize("seed", range(1, 6))
def test_other_seeds_reach_the_sample_too(study, margins, seed):
    assert make(study, margins, seed=seed)["screenshots"]["post_id"].nunique() == margins.posts


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path, project):
    for copy in ("first", "again", "other"):
        shutil.copytree(project / "data/liu2025/published", tmp_path / copy / "data/liu2025/published")
        shutil.copy(project / "data/liu2025/study.yml", tmp_path / copy / "data/liu2025")
        standin.write_standin(tmp_path / copy / "data/liu2025", seed=7 if copy == "other" else SEED)
    first, again, other = (contents(tmp_path / copy / "data/liu2025/standin") for copy in ("first", "again", "other"))
    assert first == again
    # What the coders changed in their codebook is written down, not drawn.
    assert [name for name in first if first[name] == other[name]] == ["history.csv"]


def test_the_committed_corpus_is_what_the_seed_makes(study, made, tmp_path):
    for name, table in made.items():
        tables.write_table(table, tmp_path / f"{name}.csv", name)
        assert (tmp_path / f"{name}.csv").read_bytes() == (study.folder / "standin" / f"{name}.csv").read_bytes()


def test_every_row_says_what_it_is(made):
    assert {source for table in made.values() for source in table.get("source", ["stand-in"])} == {"stand-in"}


def test_a_comment_follows_its_post_and_the_comment_that_it_answers(made):
    comments = made["comments"]
    post = comments["post_id"].map(made["posts"].set_index("post_id")["published_at"])
    assert (comments["created_at"] > post).all()
    replies = comments[comments["parent_comment_id"].notna()]
    assert len(replies) > len(comments) / 3
    by_id = comments.set_index("comment_id")
    parents = by_id.loc[replies["parent_comment_id"]]
    assert (parents["post_id"].to_numpy() == replies["post_id"].to_numpy()).all()
    assert (parents["created_at"].to_numpy() < replies["created_at"].to_numpy()).all()
    order = pd.Series(range(len(comments)), index=comments["comment_id"])
    assert (order[replies["parent_comment_id"]].to_numpy() < replies.index.to_numpy()).all()


@pytest.mark.parametrize("seed", [SEED, 1, 2])
def test_most_replies_and_threads_cross_the_border_but_far_from_all(study, margins, seed):
    made = make(study, margins, seed=seed)
    answered = exchange.answers(made["comments"], made["creators"])
    threads = exchange.threads(made["comments"], made["creators"])
    assert 0.6 < exchange.across_share(exchange.directions(answered)) < 0.7
    assert 0.65 < threads["both"].mean() < 0.75
    assert 0.15 < exchange.reciprocal_share(exchange.pairs(answered)) < 0.3


@pytest.mark.parametrize(("side", "language"), [("newcomer", "en"), ("host", "zh")])
def test_each_side_also_talks_among_itself_and_mostly_in_its_own_language(made, side, language):
    answered = exchange.answers(made["comments"], made["creators"])
    within = answered[(answered["from_side"] == side) & (answered["to_side"] == side)]
    assert len(within) > 0.1 * len(answered)
    written = made["comments"].set_index("comment_id")["language"][within["comment_id"]]
    assert (written == language).mean() > 0.6
    threads = exchange.threads(made["comments"], made["creators"])
    alone = threads[~threads["both"] & (threads[side] > 0)]
    assert len(alone) > 0.05 * len(threads)
    assert (alone[side] > 2).any()


def test_nobody_answers_themselves(made):
    answered = exchange.answers(made["comments"], made["creators"])
    assert (answered["author_id"] != answered["answered_id"]).all()


def test_no_more_comments_were_captured_than_the_platform_promises(made):
    captured = made["comments"].groupby("post_id").size().reindex(made["posts"]["post_id"], fill_value=0)
    shown = made["posts"]["comments_count_captured"]
    exact = ~shown.str.endswith("万")
    assert (captured.to_numpy()[exact] <= made["posts"]["comments_count"].to_numpy(dtype=int)[exact]).all()


def test_everybody_who_writes_is_in_the_table_of_creators_and_nobody_else(made):
    writers = {*made["posts"]["creator_id"], *made["comments"]["author_id"]}
    assert writers == set(made["creators"]["creator_id"])
    assert set(made["creators"]["side"]) == {"newcomer", "host"}


def test_a_screenshot_shows_each_comment_of_its_post_once_and_leaves_some_out(made):
    shown = [(row.post_id, unit) for row in made["screenshots"].itertuples() for unit in words(row.shows)]
    units = [unit for _, unit in shown]
    assert len(units) == len(set(units))
    post_of = {
        **made["comments"].set_index("comment_id")["post_id"],
        **{post: post for post in made["posts"]["post_id"]},
    }
    assert all(post_of[unit] == post for post, unit in shown)
    of_sample = made["comments"]["post_id"].isin(made["screenshots"]["post_id"])
    share = sum(unit in set(made["comments"]["comment_id"]) for unit in units) / of_sample.sum()
    assert 0.6 < share < 1


def test_the_first_screenshot_of_a_post_shows_the_post(made):
    first = made["screenshots"].drop_duplicates("post_id")
    assert (first["shows"].map(lambda shows: words(shows)[0]) == first["post_id"]).all()


def test_each_coding_stands_in_its_text_on_a_screenshot_that_the_coder_read(made):
    codings, texts = made["codings"], texts_of(made)
    on = {unit: row.screenshot_id for row in made["screenshots"].itertuples() for unit in words(row.shows)}
    read = set(made["readings"][["coder", "round", "unit_id"]].itertuples(index=False, name=None))
    assert {(row.coder, row.round, on[row.unit_id]) for row in codings.itertuples()} <= read
    spans = codings.dropna(subset=["start"])
    assert len(spans) > len(codings) / 2
    for span in spans.itertuples():
        text = texts[span.unit_id]
        assert 0 <= span.start < span.end <= len(text)
        cut = [text[edge - 1 : edge + 1] for edge in (span.start, span.end) if edge > 0]
        assert not any(re.fullmatch("[A-Za-z]{2}", letters) for letters in cut), text


def test_each_code_is_one_of_the_codebook_and_most_of_them_are_used(study, made):
    codebook = study.table("codebook")
    codes = set(codebook.loc[codebook["level"] == "code", "code_id"])
    used = set(made["codings"]["code_id"])
    assert used <= codes | set(made["history"]["code_id"])
    assert len(used) > 0.9 * len(codes)


@pytest.mark.parametrize("seed", [SEED, 1, 2, 3])
def test_codes_dry_up_before_the_last_quarter_of_the_reading(study, margins, seed):
    made = make(study, margins, seed=seed)
    placed = placed_of(made)
    order = saturation.posts_in_order(units.placed_readings(made["readings"], corpus_of(made), units.SCREENSHOT))
    found = saturation.codes_by_post(placed, study.table("codebook"), order, "code")
    last = saturation.first_posts(found.to_numpy()).max()
    assert len(order) == margins.posts
    assert 0.45 < last / len(order) < 0.75


def test_the_coders_agree_better_in_the_second_round_but_not_wholly(study, made):
    corpus, unit = corpus_of(made), units.SCREENSHOT
    placed, readings = placed_of(made), units.placed_readings(made["readings"], corpus_of(made), units.SCREENSHOT)
    read = units.units_of(readings, placed, corpus, unit)
    resampling = Resampling(replicates=2, confidence=0.95, seed=1)
    alpha = []
    for coding_round in (1, 2):
        judged = agreement.judgements(placed, readings, read, study.table("codebook"), coding_round)
        alpha.append(agreement.of_sets(judged, resampling, "creators")["alpha"].iloc[0])
    assert 0.3 < alpha[0] < alpha[1] - 0.1
    assert 0.6 < alpha[1] < 0.8


def test_both_coders_read_the_training_part_and_in_the_second_round_one_all_and_the_other_a_good_part(made):
    readings = made["readings"]
    read = {by: set(part["unit_id"]) for by, part in readings.groupby(["coder", "round"])}
    everything = set(made["screenshots"]["screenshot_id"])
    assert read["coder A", 1] == read["coder B", 1] < everything
    assert read["coder A", 2] == everything
    assert len(everything) / 3 < len(read["coder B", 2]) < len(everything)
    for _, part in readings.groupby(["coder", "round"]):
        assert part["position"].tolist() == list(range(1, len(part) + 1))


def test_a_codebook_of_other_words_is_coded_as_well(study, margins):
    codebook = study.table("codebook")
    renamed = {code: f"q{number}" for number, code in enumerate(codebook["code_id"])}
    other = codebook.assign(
        code_id=codebook["code_id"].map(renamed), name="?", parent_id=codebook["parent_id"].map(renamed)
    )
    codings = standin.generate(margins, other, seed=SEED, frame_posts=5 * margins.posts)["codings"]
    assert codings["code_id"].nunique() > 10


def test_the_first_round_was_coded_by_an_earlier_codebook(study, made):
    codings, codes = made["codings"], set(study.table("codebook")["code_id"])
    changed = made["history"].set_index("change")
    assert set(changed.index) == {"rename", "merge", "split", "redefine"}
    earlier = set(codings.loc[~codings["code_id"].isin(codes), "code_id"])
    assert earlier == set(changed.loc[["rename", "merge", "split"], "code_id"])
    assert set(codings.loc[codings["code_id"].isin(earlier), "round"]) == {1}
    mapped = history.mapped(codings, made["history"], 2)
    assert set(mapped.codings["code_id"]) <= codes
    assert len(mapped.split) > 0


def test_a_codebook_of_other_words_has_no_history(study, margins):
    codebook = study.table("codebook")
    other = codebook.assign(code_id="q." + codebook["code_id"], parent_id="q." + codebook["parent_id"])
    assert len(standin.generate(margins, other, seed=SEED, frame_posts=5 * margins.posts)["history"]) == 0


def test_what_a_turn_does_is_coded_with_the_code_of_that_name(study):
    found = coders.code_of_acts(study.table("codebook"))
    assert found["letters"] == "identity.village.answered-letters"
    assert found["guides"] == "naturalistic.reversal.platform-guiding"
    assert len(set(found.values())) == len(found)


def test_no_sentence_dominates(made):
    texts = made["comments"]["text"]
    assert texts.value_counts(normalize=True).iloc[0] < 0.005
    assert texts.nunique() > 0.6 * len(texts)


def test_comments_are_in_both_languages_mixed_and_without_words(made):
    share = made["comments"]["language"].value_counts(normalize=True)
    assert (share.reindex(["en", "zh", "mixed", "none"]) > 0.015).all()


def test_every_wording_can_be_filled():
    material = phrases.material()
    talks = [talk for topic in material.topics.values() for talk in topic.talks]
    asides = [talk for side in material.asides.values() for talk in side]
    turns = [turn for talk in (*talks, *asides) for turn in talk]
    openings = [opening for topic in material.topics.values() for side in topic.openings.values() for opening in side]
    alone = [turn for kind in (material.tails, material.echoes) for side in kind.values() for turn in side]
    assert {turn.act for turn in (*turns, *alone)} | {opening.act for opening in openings} <= {*material.acts, "-"}
    context = phrases.Context(phrases.Dice(np.random.default_rng(1)))
    wordings = [wording for turn in (*turns, *alone) for wording in turn.wordings]
    wordings += [part for opening in openings for part in (opening.title, opening.text, opening.gloss)]
    assert [wording for wording in wordings if set("{}") & set(context.fill(wording))] == []


def test_an_aside_stays_on_one_side():
    asides = phrases.material().asides
    assert {side: {turn.side for talk in asides[side] for turn in talk} for side in asides} == {"n": {"n"}, "h": {"h"}}


def test_no_food_has_a_verb_that_its_number_may_clash_with(made):
    plurals = "|".join(row["en"] for row in phrases.material().fillers["food"] if row["en"].endswith("s"))
    assert plurals
    for text in texts_of(made):
        assert not re.search(rf"\b(is|was|does) ({plurals})\b|\b({plurals}) (is|was|has)\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"posts": 130}, "130 posts by 40 creators are more than the 3 each of per_creator_at_most"),
        ({"posts": 39}, "39 posts cannot be by 40 creators"),
        ({"screenshots": 119}, "119 screenshots cannot show 120 posts"),
    ],
)
def test_counts_that_no_corpus_can_have_are_refused(study, counts, told):
    with pytest.raises(StudyError, match=told):
        standin.read_margins(with_counts(study, **counts), study.table("hashtags"), study.decisions, study.sides)


def test_a_sample_that_contradicts_itself_is_refused_with_every_problem(study):
    sample = study.table("sample")
    twice = sample.assign(value=sample["value"].mask(sample["statement_id"] == "posts-2", "121"))
    none = twice[~twice["measure"].isin(["screenshots", "month of collection"])]
    with pytest.raises(StudyError, match="one number of posts, found \\[120, 121\\]") as refused:
        standin.read_margins(none, study.table("hashtags"), study.decisions, study.sides)
    assert "one number of screenshots, found none" in str(refused.value)
    assert "one month of collection, found none" in str(refused.value)


def test_a_frame_that_is_too_small_is_refused(study, margins):
    with pytest.raises(StudyError, match="A frame of 150 posts is too small for a sample of 120"):
        standin.generate(margins, study.table("codebook"), seed=SEED, frame_posts=150)


def test_decisions_that_the_frame_cannot_meet_are_refused(study, margins):
    strict = {**study.decisions, "newcomer_share_at_least": 1.01}
    unreachable = standin.read_margins(study.table("sample"), study.table("hashtags"), strict, study.sides)
    with pytest.raises(StudyError, match="does not give the sample that the article reports: no: 0 of 120 posts"):
        make(study, unreachable)
